"""The stores in MongoDB do what the fakes do, and some things of their own."""

from dataclasses import replace
from typing import get_args

import pytest
from folkmoot_chassis.mongo import Client, Database
from folkmoot_chassis.outbox import Outbox
from folkmoot_chassis.sessions import Sessions
from folkmoot_chassis.transactions import Transactor
from folkmoot_notification.domain.deliveries import State
from folkmoot_notification.ports import (
    MOST_UNREAD,
    OVERLAP,
    Deliveries,
    Endpoints,
    Mark,
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

from tests.support.notification_fakes import START
from tests.support.notification_samples import (
    a_notification,
    a_reader,
    a_subscription,
)
from tests.support.suites.notification_deliveries import DeliveriesSuite, a_delivery
from tests.support.suites.notification_inboxes import NotificationsSuite
from tests.support.suites.notification_subscriptions import SubscriptionsSuite
from tests.support.tagged_items import an_item

FOREVER = 20_000
EXPIRY = "settled_expiry"
BOARD = a_reader("grace", "north", "board")


@pytest.fixture(autouse=True)
async def _indexed(database: Database) -> None:
    await ensure_indexes(database, FOREVER)


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

    async def test_what_is_unread_is_counted_up_to_a_limit_from_an_index(
        self, notifications: Notifications, database: Database
    ) -> None:
        for_some = ("company:north", "group:north/board", "person:ada")
        many = [
            a_notification(item=an_item(f"itm_{number}", visibility=for_some))
            for number in range(MOST_UNREAD + 2)
        ]
        await self.write(*many, a_notification("ada"))
        for one in many[:3]:
            await self.read(one.id)
        await database.command("profile", 2)

        assert await notifications.unread(BOARD) == MOST_UNREAD - 1
        assert await notifications.unread(a_reader("grace", "south")) == 0
        newer = (a_notification(item=an_item(f"itm_new{n}")) for n in range(2))
        await self.write(*newer)
        assert await notifications.unread(BOARD) == MOST_UNREAD

        counts = database["system.profile"].find({"command.aggregate": "notifications"})
        assert [count["docsExamined"] for count in await counts.to_list(None)] == [
            0
        ] * 3

    async def read(self, notification_id: str) -> None:
        await self.transactor.run(
            lambda tx: self.inbox.mark_read(notification_id, BOARD, START, tx)
        )


async def expiring(database: Database) -> int:
    """Return how many deliveries MongoDB deletes when their time has come."""
    found = await database.command("validate", "deliveries")
    return int(found["keysPerIndex"][EXPIRY])


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

    async def test_what_is_settled_expires_and_what_is_pending_never(
        self, deliveries: Deliveries, database: Database
    ) -> None:
        every = {s: replace(a_delivery(f"itm_{s}"), state=s) for s in get_args(State)}
        await self.add(*every.values())
        assert await expiring(database) == 3

        assert await deliveries.reopen(every["failed"].again(START))

        assert await expiring(database) == 2

    async def test_how_long_the_log_is_kept_can_be_changed(
        self, database: Database
    ) -> None:
        for days in (30, 2, 2):
            await ensure_indexes(database, days)

            index = (await database["deliveries"].index_information())[EXPIRY]
            assert index["expireAfterSeconds"] == days * 24 * 60 * 60


class TestMongoSubscriptions(SubscriptionsSuite):
    @pytest.fixture
    @override
    def subscriptions(self, database: Database) -> Subscriptions:
        return MongoSubscriptions(database)

    async def test_the_newest_token_holds_whichever_replica_saw_it(
        self, subscriptions: Subscriptions
    ) -> None:
        latter = replace(a_reader("grace", "north", "$board"), issued=200)
        for reader in (latter, replace(BOARD, issued=100), BOARD):
            await subscriptions.keep_reader(reader)

        changes = await subscriptions.changes(Mark())

        assert list(changes.readers) == [latter]

    async def test_each_collection_is_read_on_from_its_own_newest(
        self, subscriptions: Subscriptions, database: Database
    ) -> None:
        await subscriptions.keep_reader(BOARD)
        long_ago = {"$set": {"changed": START}}
        await database["readers"].update_one({}, long_ago)
        await subscriptions.add(a_subscription("borrow"))
        first = await subscriptions.changes(Mark())

        # Who was stored while the subscriptions were read is met the next time.
        late = {"$set": {"changed": START + OVERLAP}}
        await subscriptions.keep_reader(a_reader("grace"))
        await database["readers"].update_one({"_id": "grace"}, late)
        later = await subscriptions.changes(first.mark)

        assert a_reader("grace") in later.readers
        assert (await subscriptions.changes(later.mark.settled())).readers == []

    async def test_readers_of_before_tokens_were_dated_give_way(
        self, subscriptions: Subscriptions, database: Database
    ) -> None:
        await subscriptions.keep_reader(BOARD)
        await database["readers"].update_one({}, {"$unset": {"issued": ""}})
        assert list((await subscriptions.changes(Mark())).readers) == [BOARD]

        latter = replace(a_reader("grace"), issued=1.5)
        await subscriptions.keep_reader(latter)

        assert list((await subscriptions.changes(Mark())).readers) == [latter]
