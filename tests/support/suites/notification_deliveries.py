"""What every store of deliveries and endpoints does."""

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import timedelta

import pytest
from folkmoot_notification.domain.deliveries import Answer, Delivery, first_delivery
from folkmoot_notification.ports import (
    Deliveries,
    Endpoints,
    Transaction,
    Transactions,
)

from tests.support.notification_fakes import START
from tests.support.notification_samples import a_notification, an_endpoint
from tests.support.tagged_items import an_item

LATER = START + timedelta(seconds=20)


def a_delivery(item_id: str = "itm_1", endpoint: str = "whe_1") -> Delivery:
    notification = a_notification(item=an_item(item_id))
    return first_delivery(notification, "sub_1", endpoint, START)


class DeliveriesSuite(ABC):
    @pytest.fixture
    @abstractmethod
    def deliveries(self) -> Deliveries: ...

    @pytest.fixture
    @abstractmethod
    def endpoints(self) -> Endpoints: ...

    @pytest.fixture
    @abstractmethod
    def transactions(self) -> Transactions: ...

    @pytest.fixture(autouse=True)
    def _gather(
        self, deliveries: Deliveries, endpoints: Endpoints, transactions: Transactions
    ) -> None:
        self.store, self.endpoints_store = deliveries, endpoints
        self.transactor = transactions

    async def add(self, *deliveries: Delivery) -> None:
        await self.transactor.run(lambda tx: self.store.add(deliveries, tx))

    async def settle(self, delivery: Delivery) -> bool:
        return await self.transactor.run(lambda tx: self.store.settle(delivery, tx))

    async def test_a_delivery_is_due_at_once_and_leased_once(self) -> None:
        one = a_delivery()
        await self.add(one)

        assert await self.store.due(START, 10) == [one]
        (leased,) = await self.store.lease([one.id], START, LATER)

        assert leased == replace(one, due=LATER, begun=1)
        assert await self.store.lease([one.id], START, LATER) == []
        assert await self.store.due(START, 10) == []

    async def test_a_lease_runs_out(self) -> None:
        one = a_delivery()
        await self.add(one)
        await self.store.lease([one.id], START, LATER)

        (again,) = await self.store.lease([one.id], LATER, LATER)

        assert again.begun == 2

    async def test_an_endpoint_that_is_busy_is_left_out(self) -> None:
        one, other = a_delivery(), a_delivery(endpoint="whe_2")
        await self.add(one, other)

        assert await self.store.due(START, 10, ["whe_1"]) == [other]

    async def test_an_outcome_is_stored_with_its_attempt(self) -> None:
        await self.add(a_delivery())
        (leased,) = await self.store.lease([a_delivery().id], START, LATER)
        done = leased.answered(Answer(204, None, 0.5), START, 0)

        assert await self.settle(done)

        assert await self.store.find(done.id, "grace") == done
        assert await self.store.due(LATER, 10) == []

    async def test_who_lost_the_lease_settles_nothing(self) -> None:
        await self.add(a_delivery())
        (lost,) = await self.store.lease([a_delivery().id], START, LATER)
        await self.store.lease([lost.id], LATER, LATER)

        late = lost.answered(Answer(204, None, 0.5), LATER, 0)

        assert not await self.settle(late)

    async def test_a_retraction_stops_what_is_under_way(self) -> None:
        one, other = a_delivery(), a_delivery("itm_2")
        await self.add(one, other)
        (leased,) = await self.store.lease([one.id], START, LATER)

        async def cancel(tx: Transaction) -> None:
            await self.store.cancel(["itm_1"], tx)

        await self.transactor.run(cancel)

        assert not await self.settle(leased.answered(Answer(500, None, 1), START, 0))
        assert await self.store.due(LATER, 10) == [other]

    async def test_a_settled_delivery_can_be_reopened_and_a_pending_one_not(
        self,
    ) -> None:
        await self.add(a_delivery())
        assert not await self.store.reopen(a_delivery().again(START))
        (leased,) = await self.store.lease([a_delivery().id], START, LATER)
        done = leased.answered(Answer(200, None, 0.5), START, 0)
        await self.settle(done)

        assert await self.store.reopen(done.again(START))

        assert await self.store.due(START, 10) == [done.again(START)]

    async def test_what_this_replica_had_taken_is_given_back(self) -> None:
        await self.add(a_delivery())
        await self.store.lease([a_delivery().id], START, LATER)

        await self.store.release()

        far = START + timedelta(days=3650)
        (found,) = await self.store.due(far, 10)
        assert found.due != LATER

    async def test_the_log_is_the_owners_alone_and_newest_first(self) -> None:
        older = a_delivery()
        newer = replace(a_delivery("itm_2"), created=LATER)
        await self.add(older, newer, replace(a_delivery("itm_3"), person="ada"))

        assert await self.store.page("grace", 10, None) == [newer, older]
        assert await self.store.page("grace", 10, newer) == [older]
        assert await self.store.find(older.id, "ada") is None

    async def test_pages_of_what_was_made_at_one_moment_lose_nothing(self) -> None:
        made = [a_delivery(f"itm_{number}") for number in range(5)]
        await self.add(*made)

        first = await self.store.page("grace", 3, None)
        second = await self.store.page("grace", 3, first[-1])

        assert {d.id for d in (*first, *second)} == {d.id for d in made}
        assert [len(first), len(second)] == [3, 2]

    async def test_an_endpoint_is_found_disabled_and_removed_by_its_owner(
        self,
    ) -> None:
        one = an_endpoint()
        await self.endpoints_store.add(one)
        assert await self.endpoints_store.find(["whe_1", "whe_2"]) == {"whe_1": one}
        assert await self.endpoints_store.owned_by("grace") == [one]

        await self.transactor.run(
            lambda tx: self.endpoints_store.disable("whe_1", LATER, tx)
        )

        found = await self.endpoints_store.find(["whe_1"])
        assert found["whe_1"].disabled == LATER
        assert not await self.endpoints_store.remove("whe_1", "ada")
        assert await self.endpoints_store.remove("whe_1", "grace")
        assert await self.endpoints_store.owned_by("grace") == []
