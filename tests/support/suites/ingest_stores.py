"""What every store of ingest does, the fake ones and the one in MongoDB."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from folkmoot_ingest.domain.drafts import Draft
from folkmoot_ingest.ports import Items, Readings, Record, Transactions
from folkmoot_ingest.use_cases.capture_items import CaptureItems, Result

from tests.support.ingest_fakes import ManualClock, drafted, said, withdrew

NORTH = frozenset({"everyone", "company:north", "person:ada"})
SOUTH = frozenset({"everyone", "company:south", "person:bo"})


@dataclass
class Stores:
    items: Items
    record: Record
    readings: Readings
    transactions: Transactions

    async def capture(self, *drafts: Draft) -> Sequence[Result]:
        capture_items = CaptureItems(self.items, self.record, ManualClock())
        return await self.transactions.run(lambda tx: capture_items(drafts, tx))

    async def inside(self, work: Callable[[Any], Awaitable[Any]]) -> Any:
        return await self.transactions.run(work)


class IngestStoresSuite:
    """Inherit, and give a fixture `stores`."""

    async def test_what_was_never_captured_has_no_head(self, stores: Stores) -> None:
        assert await stores.inside(lambda tx: stores.items.heads({"itm_x"}, tx)) == {}
        assert await stores.inside(lambda tx: stores.record.hashes({"itm_x"}, tx)) == {}

    async def test_an_item_comes_back_as_it_was_captured(self, stores: Stores) -> None:
        draft = drafted(
            said(
                text="Grüße \U0001f44b\u200d\x00",
                links=["https://example.org"],
                mentions=[{"id": "8", "name": "Bo"}],
                hashtags=["#tea"],
                attachments=[{"name": "a.txt", "size": 3}],
            )
        )
        (result,) = await stores.capture(draft)
        assert await stores.readings.item(result.item_id, NORTH) == draft.asked

    async def test_a_revision_replaces_the_head_and_stays_in_the_record(
        self, stores: Stores
    ) -> None:
        edited = drafted(said(text="Good evening", edited="2026-05-04T10:00:00Z"))
        (first,) = await stores.capture(drafted(said()))
        (second,) = await stores.capture(edited)
        assert (second.revision, second.outcome) == (2, "revised")
        entries = await stores.readings.entries(first.item_id, NORTH)
        assert [(e.revision, e.item and e.item.text) for e in entries] == [
            (1, "Good morning"),
            (2, "Good evening"),
        ]
        assert entries[1].previous_hash == entries[0].content_hash

    async def test_the_same_again_adds_nothing(self, stores: Stores) -> None:
        batch = [drafted(said(str(n))) for n in range(5)]
        await stores.capture(*batch)
        again = await stores.capture(*batch)
        assert {r.outcome for r in again} == {"duplicate"}
        assert await stores.readings.counts("north", None) == {
            "items": 5,
            "retracted": 0,
            "revisions": 5,
        }

    async def test_what_comes_too_late_is_recorded_and_does_not_stand(
        self, stores: Stores
    ) -> None:
        newest = drafted(said(text="third", edited="2026-05-04T11:00:00Z"))
        late = drafted(said(text="second", edited="2026-05-04T10:00:00Z"))
        await stores.capture(newest)
        (result,) = await stores.capture(late)
        assert (result.revision, result.outcome) == (1, "outdated")
        assert (await stores.capture(late))[0].outcome == "duplicate"
        standing = await stores.readings.item(result.item_id, NORTH)
        assert standing is not None
        assert standing.text == "third"
        assert len(await stores.readings.entries(result.item_id, NORTH)) == 2

    async def test_a_retracted_item_is_not_to_be_read(self, stores: Stores) -> None:
        await stores.capture(drafted(said()))
        (result,) = await stores.capture(drafted(withdrew()))
        assert (result.revision, result.outcome) == (2, "retracted")
        assert await stores.readings.item(result.item_id, NORTH) is None
        assert await stores.readings.entries(result.item_id, NORTH) == []
        assert (await stores.readings.counts("north", None))["retracted"] == 1

    async def test_an_item_is_for_those_alone_who_may_see_it(
        self, stores: Stores
    ) -> None:
        (result,) = await stores.capture(drafted(said()))
        assert await stores.readings.item(result.item_id, NORTH) is not None
        assert await stores.readings.item(result.item_id, SOUTH) is None
        assert await stores.readings.entries(result.item_id, SOUTH) == []

    async def test_a_revision_for_fewer_eyes_stays_so(self, stores: Stores) -> None:
        private = drafted(said(text="between us", visibility=["person:ada"]))
        public = drafted(
            said(visibility=["everyone"], edited="2026-05-04T10:00:00Z"),
        )
        (result,) = await stores.capture(private)
        await stores.capture(public)
        entries = await stores.readings.entries(result.item_id, SOUTH)
        assert [(e.revision, e.previous_hash) for e in entries] == [(2, None)]

    @pytest.mark.parametrize("company", ["south", "nobody"])
    async def test_counts_are_of_one_company(
        self, stores: Stores, company: str
    ) -> None:
        await stores.capture(drafted(said()))
        if company == "south":
            await stores.capture(drafted(said(), "south"))
        expected = 1 if company == "south" else 0
        assert (await stores.readings.counts(company, None))["items"] == expected

    async def test_a_person_counts_what_they_may_see(self, stores: Stores) -> None:
        await stores.capture(
            drafted(said("1", visibility=["everyone"])),
            drafted(said("2", visibility=["group:north/board"])),
            drafted(said("3", visibility=["person:ada"])),
            drafted(withdrew("4")),
        )
        assert await stores.readings.counts("north", NORTH) == {
            "items": 2,
            "retracted": 0,
            "revisions": 2,
        }
