"""What every store of subscriptions does."""

from abc import ABC, abstractmethod
from datetime import timedelta

import pytest
from folkmoot_notification.ports import Mark, Subscriptions

from tests.support.notification_fakes import START
from tests.support.notification_samples import a_reader, a_subscription


class SubscriptionsSuite(ABC):
    @pytest.fixture
    @abstractmethod
    def subscriptions(self) -> Subscriptions: ...

    async def test_a_subscription_is_its_owners_alone(
        self, subscriptions: Subscriptions
    ) -> None:
        one = a_subscription()
        await subscriptions.add(one)
        await subscriptions.add(one)

        assert await subscriptions.find(one.id, "grace") == one
        assert await subscriptions.find(one.id, "ada") is None
        assert not await subscriptions.drop(one.id, "ada")

    async def test_own_subscriptions_are_listed_oldest_first(
        self, subscriptions: Subscriptions
    ) -> None:
        newer = a_subscription("newer", created=START + timedelta(hours=1))
        older = a_subscription("older")
        for one in (newer, older, a_subscription("other", person="ada")):
            await subscriptions.add(one)

        assert await subscriptions.owned_by("grace") == [older, newer]

    async def test_a_dropped_subscription_is_gone(
        self, subscriptions: Subscriptions
    ) -> None:
        one = a_subscription()
        await subscriptions.add(one)

        assert await subscriptions.drop(one.id, "grace")

        assert not await subscriptions.drop(one.id, "grace")
        assert await subscriptions.find(one.id, "grace") is None
        assert await subscriptions.owned_by("grace") == []

    async def test_changes_tell_of_everything_first_and_then_of_what_is_new(
        self, subscriptions: Subscriptions
    ) -> None:
        kept, dropped = a_subscription("kept"), a_subscription("dropped")
        await subscriptions.keep_reader(a_reader())
        await subscriptions.add(kept)
        await subscriptions.add(dropped)
        first = await subscriptions.changes(Mark())
        assert list(first.readers) == [a_reader()]
        assert {s.id for s in first.subscriptions} == {kept.id, dropped.id}

        await subscriptions.drop(dropped.id, "grace")
        later = await subscriptions.changes(first.mark)

        assert list(later.dropped) == [dropped.id]
        assert dropped.id not in {s.id for s in later.subscriptions}

    async def test_a_reader_is_known_as_they_were_last(
        self, subscriptions: Subscriptions
    ) -> None:
        await subscriptions.keep_reader(a_reader("grace", "north", "board"))
        await subscriptions.keep_reader(a_reader("grace", "south", name="Grace"))

        changes = await subscriptions.changes(Mark())

        assert list(changes.readers) == [a_reader("grace", "south", name="Grace")]
