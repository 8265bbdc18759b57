import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from folkmoot_events import (
    Attachment,
    Item,
    ItemCaptured,
    ItemRetracted,
    ItemRevised,
    Link,
    PersonRef,
)
from folkmoot_ingest.domain.drafts import Draft
from folkmoot_ingest.domain.identity import content_hash, item_id
from folkmoot_ingest.domain.revisions import Head, Outcome, decide
from folkmoot_ingest.use_cases.capture_items import CaptureItems, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.ingest_fakes import (
    NOW,
    SOURCE,
    FakeItems,
    FakeRecord,
    FakeTransaction,
    ManualClock,
    drafted,
    said,
    withdrew,
)
from tests.support.tagged_items import an_item

T1, T2, T3 = (datetime(2026, 5, 4, hour, tzinfo=UTC) for hour in (9, 10, 11))


def head(version: datetime, *, retracted: bool = False) -> Head:
    return Head("i", 3, "now", version, "north", SOURCE, ("everyone",), retracted)


@pytest.mark.parametrize(
    ("standing", "told", "version", "outcome"),
    [
        (None, "now", T1, "captured"),
        (head(T2), "now", T3, "duplicate"),
        (head(T2), "before", T1, "duplicate"),
        (head(T2), "before", T2, "duplicate"),
        (head(T2), "before", T3, "revised"),
        (head(T2), "new", T1, "outdated"),
        (head(T2), "new", T2, "revised"),
        (head(T2), "new", T3, "revised"),
        (head(T2, retracted=True), "before", T2, "duplicate"),
        (head(T2, retracted=True), "new", T2, "outdated"),
        (head(T2, retracted=True), "before", T3, "revised"),
    ],
)
def test_what_a_submission_means_depends_on_the_head_and_the_history(
    standing: Head | None, told: str, version: datetime, outcome: Outcome
) -> None:
    assert decide(standing, {"before", "now"}, told, version) == outcome


class Ingest:
    """A whole ingest of fakes."""

    def __init__(self) -> None:
        self.items, self.record = FakeItems(), FakeRecord()
        self.transaction = FakeTransaction()
        self._capture = CaptureItems(self.items, self.record, ManualClock())

    async def capture(self, *drafts: Draft) -> list[Result]:
        return await self._capture(drafts, self.transaction)

    @property
    def told(self) -> list[tuple[type, int]]:
        return [
            (type(e), e.revision if isinstance(e, ItemRetracted) else e.item.revision)
            for e in self.transaction.published
            if isinstance(e, ItemCaptured | ItemRevised | ItemRetracted)
        ]


async def test_revisions_of_one_item_in_one_batch_take_effect_in_order() -> None:
    ingest = Ingest()
    results = await ingest.capture(
        drafted(said(text="one")),
        drafted(said(text="one")),
        drafted(said(text="two", edited="2026-05-04T10:00:00Z")),
        drafted(said(text="one")),
        drafted(withdrew()),
        drafted(said(text="three", edited="2026-05-04T11:30:00Z")),
    )
    assert [result.outcome for result in results] == [
        "captured",
        "duplicate",
        "revised",
        "duplicate",
        "retracted",
        "revised",
    ]
    assert [result.revision for result in results] == [1, 1, 2, 2, 3, 4]
    assert ingest.told == [
        (ItemCaptured, 1),
        (ItemRevised, 2),
        (ItemRetracted, 3),
        (ItemRevised, 4),
    ]


async def test_a_message_that_stands_in_two_topics_is_told_once_more_and_no_more() -> (
    None
):
    ingest = Ingest()
    here, there = (
        drafted(said(conversation=f"12/{topic}", title=topic))
        for topic in ("tea", "coffee")
    )
    await ingest.capture(here, there)
    entries = list(ingest.record.entries)
    again = await ingest.capture(here, there)
    assert {result.outcome for result in again} == {"duplicate"}
    assert ingest.record.entries == entries
    assert ingest.told == [(ItemCaptured, 1), (ItemRevised, 2)]


async def test_an_event_continues_the_trace_of_its_own_submission() -> None:
    ingest = Ingest()
    first, second = drafted(said("1")), drafted(said("2"))
    await ingest.capture(Draft(first.asked, "00-a-b-01"), Draft(second.asked, None))
    assert ingest.transaction.traces == ["00-a-b-01", None]


async def test_a_withdrawal_that_overtakes_its_item_wins() -> None:
    ingest = Ingest()
    results = await ingest.capture(drafted(withdrew()), drafted(said()))
    assert [result.outcome for result in results] == ["retracted", "outdated"]
    assert ingest.told == [(ItemRetracted, 1)]
    assert ingest.items.by_id[results[0].item_id].retracted


async def test_a_withdrawal_again_changes_nothing() -> None:
    ingest = Ingest()
    results = await ingest.capture(
        drafted(said()), drafted(withdrew()), drafted(withdrew())
    )
    assert results[-1] == Result(results[0].item_id, 2, "duplicate")


@pytest.mark.parametrize("size", [1, 2, 4])
async def test_what_came_back_stays_when_all_of_it_is_told_again(size: int) -> None:
    ingest = Ingest()
    story = [
        drafted(said()),
        drafted(withdrew()),
        drafted(said(edited="2026-05-04T11:30:00Z")),
    ]
    told = [*story, story[1], *story]
    for start in range(0, len(told), size):
        await ingest.capture(*told[start : start + size])
    assert ingest.told == [(ItemCaptured, 1), (ItemRetracted, 2), (ItemRevised, 3)]
    assert len(ingest.record.entries) == 3


async def test_a_withdrawal_that_comes_late_counts() -> None:
    ingest = Ingest()
    newer = drafted(said(edited="2026-05-04T11:30:00Z"))
    results = await ingest.capture(drafted(said()), newer, drafted(withdrew()))
    assert results[-1].outcome == "retracted"


async def test_every_event_carries_the_item_whole_and_hashed() -> None:
    ingest = Ingest()
    await ingest.capture(
        drafted(said()), drafted(said(text="two", edited="2026-05-04T10:00:00Z"))
    )
    captured, revised = ingest.transaction.published
    assert isinstance(captured, ItemCaptured)
    assert isinstance(revised, ItemRevised)
    assert revised.previous_hash == captured.item.content_hash
    for told in (captured.item, revised.item):
        assert Item.model_validate_json(told.model_dump_json()) == told
        assert content_hash(told) == told.content_hash


def test_the_same_native_id_of_two_companies_or_sources_is_two_items() -> None:
    ids = {item_id(c, s, "1") for c in ("north", "south") for s in ("a", "b")}
    assert len(ids) == 4


def test_a_hash_is_the_same_for_ever() -> None:
    odd = an_item(
        title='"\\/',
        text="\x00\x1f\x7f\b\f\n\r\t\u2028\ud7ff\ufeff\U0001f600 é",
        hashtags=("ü",),
        links=(Link(url="https://a.example/\u2029", title=""),),
        mentions=(PersonRef(id="s/ø", name="Ø"),),
        attachments=(Attachment(size=2**63 - 1), Attachment(name="")),
        in_reply_to="itm_0",
        language="en",
        permalink="https://b.example",
        visibility=("everyone", "person:ada"),
    )
    assert [content_hash(an_item(title=None)), content_hash(odd)] == [
        "sha256:89f63585a8a727f80d6b128f24d83adc63beab7d95b03141470423f7283fd8dc",
        "sha256:3670855d91e6fc4778f3d4fc6c2b43949745dda0e94c90140a19d7d1b498a531",
    ]


def test_a_hash_is_of_what_a_source_can_change_and_not_of_when() -> None:
    def hashed(**more: Any) -> str:
        asked = drafted(said(**more)).asked
        assert isinstance(asked, Item)
        return asked.content_hash

    changed = {
        hashed(),
        hashed(text="Other"),
        hashed(title="T"),
        hashed(conversation="c"),
        hashed(mentions=["8"]),
        hashed(visibility=["everyone"]),
        hashed(attachments=[{"name": "a"}]),
    }
    assert len(changed) == 7
    assert hashed(edited="2026-05-04T10:00:00Z") == hashed()
    assert hashed(author={"id": "7", "name": "Ada Lovelace"}) == hashed()


versions = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 4)), min_size=1, max_size=12
)


@given(versions, st.integers(0, 2**16), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
async def test_in_whatever_order_and_however_often_the_newest_stands(
    said_when: list[tuple[int, int]], seed: int, size: int
) -> None:
    """Each item's text is a function of when it was edited, as at a real source."""
    drafts = [
        drafted(
            said(
                str(number),
                text=f"{number} at {minute}",
                edited=(NOW - timedelta(minutes=30 - minute)).isoformat(),
            )
        )
        for number, minute in said_when
    ]
    told = drafts * 2
    random.Random(seed).shuffle(told)  # noqa: S311  a test's shuffle needs no secrecy
    ingest = Ingest()
    for start in range(0, len(told), size):
        await ingest.capture(*told[start : start + size])
    newest: dict[int, int] = {}
    for number, minute in said_when:
        newest[number] = max(minute, newest.get(number, 0))
    standing = {
        e.item.text
        for e in ingest.record.entries
        if e.item and ingest.items.by_id[e.item_id].revision == e.revision
    }
    assert standing == {f"{number} at {minute}" for number, minute in newest.items()}
    assert len(ingest.record.entries) == len(set(said_when))
