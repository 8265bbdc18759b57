"""The fakes do what the stores do."""

import pytest
from folkmoot_notification.ports import (
    Deliveries,
    Endpoints,
    Notifications,
    Subscriptions,
    ToldItems,
    Transactions,
)
from typing_extensions import override

from tests.support.notification_fakes import (
    FakeDeliveries,
    FakeEndpoints,
    FakeNotifications,
    FakeSubscriptions,
    FakeToldItems,
    FakeTransactions,
)
from tests.support.suites.notification_deliveries import DeliveriesSuite
from tests.support.suites.notification_inboxes import NotificationsSuite
from tests.support.suites.notification_subscriptions import SubscriptionsSuite


class TestFakeNotifications(NotificationsSuite):
    @pytest.fixture
    @override
    def notifications(self) -> Notifications:
        return FakeNotifications()

    @pytest.fixture
    @override
    def told(self) -> ToldItems:
        return FakeToldItems()

    @pytest.fixture
    @override
    def transactions(self) -> Transactions:
        return FakeTransactions()


class TestFakeDeliveries(DeliveriesSuite):
    @pytest.fixture
    @override
    def deliveries(self) -> Deliveries:
        return FakeDeliveries()

    @pytest.fixture
    @override
    def endpoints(self) -> Endpoints:
        return FakeEndpoints()

    @pytest.fixture
    @override
    def transactions(self) -> Transactions:
        return FakeTransactions()


class TestFakeSubscriptions(SubscriptionsSuite):
    @pytest.fixture
    @override
    def subscriptions(self) -> Subscriptions:
        return FakeSubscriptions()
