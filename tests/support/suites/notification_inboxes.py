"""What every store of notifications and told items does."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

import pytest
from folkmoot_notification.domain.notifications import Excerpt, Notification, excerpt
from folkmoot_notification.domain.telling import Told
from folkmoot_notification.ports import (
    Notifications,
    Page,
    ToldItems,
    Transaction,
    Transactions,
)

from tests.support.notification_fakes import START
from tests.support.notification_samples import a_notification, a_reader
from tests.support.tagged_items import an_item

GRACE = a_reader("grace")


class NotificationsSuite(ABC):
    @pytest.fixture
    @abstractmethod
    def notifications(self) -> Notifications: ...

    @pytest.fixture
    @abstractmethod
    def told(self) -> ToldItems: ...

    @pytest.fixture
    @abstractmethod
    def transactions(self) -> Transactions: ...

    @pytest.fixture(autouse=True)
    def _gather(
        self,
        notifications: Notifications,
        told: ToldItems,
        transactions: Transactions,
    ) -> None:
        self.inbox, self.told_items, self.transactor = notifications, told, transactions

    async def write(
        self,
        *new: Notification,
        merged: Sequence[Notification] = (),
        revised: Mapping[str, Excerpt] | None = None,
    ) -> None:
        async def work(tx: Transaction) -> None:
            await self.inbox.write(new, merged, revised or {}, tx)

        await self.transactor.run(work)

    async def retract(self, *item_ids: str) -> None:
        await self.transactor.run(lambda tx: self.inbox.retract(item_ids, tx))

    async def told_of(self, ids: Collection[str]) -> dict[str, Told]:
        return await self.transactor.run(lambda tx: self.told_items.find(ids, tx))

    async def test_what_is_written_is_found_with_its_position(self) -> None:
        one, two = a_notification(), a_notification(item=an_item("itm_2"))
        await self.write(one)
        await self.write(two)

        found = await self.inbox.page(GRACE, Page(10))

        assert [n.position for n in found] == [2, 1]
        assert [n.id for n in found] == [two.id, one.id]
        assert found[1].excerpt == one.excerpt
        assert found[1].reasons == one.reasons
        assert await self.inbox.positions(["grace", "ada"]) == {"grace": 2, "ada": 0}

    async def test_each_person_has_positions_of_their_own(self) -> None:
        await self.write(a_notification("grace"), a_notification("ada"))

        assert await self.inbox.positions(["grace", "ada"]) == {"grace": 1, "ada": 1}

    async def test_nobody_sees_what_their_principals_may_not_see(self) -> None:
        secret = an_item(visibility=("group:north/board",))
        await self.write(a_notification(item=secret))
        member = a_reader("grace", "north", "board")

        assert await self.inbox.page(GRACE, Page(10)) == []
        assert await self.inbox.unread(GRACE) == 0
        assert await self.inbox.after(GRACE, 0, 10) == []
        assert await self.inbox.unread(member) == 1

    async def test_one_page_follows_another(self) -> None:
        await self.write(*(a_notification(item=an_item(f"itm_{n}")) for n in range(5)))

        first = await self.inbox.page(GRACE, Page(2))
        second = await self.inbox.page(GRACE, Page(2, before=first[-1].position))

        assert [n.position for n in (*first, *second)] == [5, 4, 3, 2]

    async def test_after_goes_on_from_a_position(self) -> None:
        await self.write(*(a_notification(item=an_item(f"itm_{n}")) for n in range(4)))

        assert [n.position for n in await self.inbox.after(GRACE, 1, 2)] == [2, 3]

    async def test_a_notification_is_read_once(self) -> None:
        one = a_notification()
        await self.write(one)
        later = START + timedelta(minutes=1)

        async def mark(tx: Transaction) -> bool:
            found = await self.inbox.mark_read(one.id, GRACE, later, tx)
            assert found is not None
            assert found[0].read == later
            return found[1]

        assert await self.transactor.run(mark) is True
        assert await self.transactor.run(mark) is False
        assert await self.inbox.unread(GRACE) == 0
        assert await self.inbox.page(GRACE, Page(10, unread=True)) == []

    async def test_nobody_reads_for_another(self) -> None:
        one = a_notification("grace")
        await self.write(one)

        found = await self.transactor.run(
            lambda tx: self.inbox.mark_read(one.id, a_reader("ada"), START, tx)
        )

        assert found is None

    async def test_a_merge_adds_reasons_and_moves_nothing(self) -> None:
        one = a_notification()
        await self.write(one)
        more = a_notification("ada").reasons

        await self.write(
            merged=[
                Notification(
                    **{
                        name: getattr(one, name)
                        for name in one.__slots__
                        if name not in {"reasons", "endpoints"}
                    },
                    reasons=(*one.reasons, *more),
                    endpoints=("whe_1",),
                )
            ]
        )

        (found,) = await self.inbox.page(GRACE, Page(10))
        assert found.reasons == (*one.reasons, *more)
        assert found.endpoints == ("whe_1",)
        assert found.position == 1

    async def test_an_edit_is_shown_and_narrows_who_sees_it(self) -> None:
        await self.write(a_notification("grace"), a_notification("ada"))
        edited = an_item(revision=2, text="Never mind.", visibility=("person:ada",))

        await self.write(revised={edited.id: excerpt(edited)})

        assert await self.inbox.page(GRACE, Page(10)) == []
        (found,) = await self.inbox.page(a_reader("ada"), Page(10))
        assert found.excerpt.snippet == "Never mind."

    async def test_nothing_is_left_of_a_retracted_item(self) -> None:
        one = a_notification()
        other = a_notification(item=an_item("itm_2"))
        await self.write(one, other)

        await self.retract("itm_1")

        assert [n.id for n in await self.inbox.page(GRACE, Page(10))] == [other.id]
        found = (await self.inbox.find([one.id]))[one.id]
        assert "borrow" not in repr(found.excerpt).lower()
        assert "Lovelace" not in repr(found.excerpt)

    async def test_told_items_are_remembered(self) -> None:
        told = [Told("itm_1", 2, 3), Told("itm_2", 1, retracted=True)]
        await self.transactor.run(lambda tx: self.told_items.save(told, tx))
        newer = [Told("itm_1", 3, 1)]
        await self.transactor.run(lambda tx: self.told_items.save(newer, tx))

        found = await self.told_of({"itm_1", "itm_2", "itm_3"})

        assert found == {"itm_1": newer[0], "itm_2": told[1]}
