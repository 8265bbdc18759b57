"""The stores in MongoDB do what the fakes do."""

import pytest
from folkmoot_chassis.mongo import Client, Database
from folkmoot_chassis.outbox import Outbox
from folkmoot_chassis.sessions import Sessions
from folkmoot_chassis.transactions import Transactor
from folkmoot_notification.ports import (
    Deliveries,
    Endpoints,
    Notifications,
    Subscriptions,
    ToldItems,
    Transactions,
)
from folkmoot_notification.storage.deliveries import MongoDeliveries
from folkmoot_notification.storage.endpoints import MongoEndpoints
from folkmoot_notification.storage.indexes import ensure_indexes
from folkmoot_notification.storage.notifications import MongoNotifications
from folkmoot_notification.storage.subscriptions import MongoSubscriptions
from folkmoot_notification.storage.told_items import MongoToldItems
from typing_extensions import override

from tests.support.suites.notification_deliveries import DeliveriesSuite
from tests.support.suites.notification_inboxes import NotificationsSuite
from tests.support.suites.notification_subscriptions import SubscriptionsSuite


@pytest.fixture(autouse=True)
async def _indexed(database: Database) -> None:
    await ensure_indexes(database)


@pytest.fixture
def transactor(mongo_client: Client, database: Database) -> Transactor:
    return Transactor(
        Sessions(mongo_client, database, "tests"),
        Outbox(database, 1),
        source="/folkmoot/notification",
        limit=2**20,
        committed=lambda _: None,
    )


class TestMongoNotifications(NotificationsSuite):
    @pytest.fixture
    @override
    def notifications(self, database: Database) -> Notifications:
        return MongoNotifications(database)

    @pytest.fixture
    @override
    def told(self, database: Database) -> ToldItems:
        return MongoToldItems(database)

    @pytest.fixture
    @override
    def transactions(self, transactor: Transactor) -> Transactions:
        return transactor


class TestMongoDeliveries(DeliveriesSuite):
    @pytest.fixture
    @override
    def deliveries(self, database: Database) -> Deliveries:
        return MongoDeliveries(database, "replica-1")

    @pytest.fixture
    @override
    def endpoints(self, database: Database) -> Endpoints:
        return MongoEndpoints(database)

    @pytest.fixture
    @override
    def transactions(self, transactor: Transactor) -> Transactions:
        return transactor


class TestMongoSubscriptions(SubscriptionsSuite):
    @pytest.fixture
    @override
    def subscriptions(self, database: Database) -> Subscriptions:
        return MongoSubscriptions(database)
