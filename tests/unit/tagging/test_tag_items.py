"""What the service remembers and tells of items, in whatever order it hears of them."""

import random
from dataclasses import dataclass, field

import pytest
from folkmoot_events import Item, ItemCaptured, ItemRetracted, ItemRevised
from folkmoot_tagging.domain.concepts import Concept, Label
from folkmoot_tagging.domain.tagged_items import ItemEvent
from folkmoot_tagging.domain.vocabulary import Vocabulary
from folkmoot_tagging.use_cases.tag_items import TagItems

from tests.support.tagging_fakes import (
    NOON,
    FakeClock,
    FakeTaggedItems,
    FakeTally,
    FakeTransaction,
    FakeVocabulary,
    an_item,
)


def captured(item: Item) -> ItemCaptured:
    return ItemCaptured(item=item)


def revised(revision: int, text: str) -> ItemRevised:
    item = an_item(revision=revision, text=text)
    return ItemRevised(item=item, previous_hash="sha256:00")


def retracted(revision: int) -> ItemRetracted:
    return ItemRetracted(
        item_id=an_item().id,
        revision=revision,
        company="north",
        source="chat.north.example",
        retracted=NOON,
        reason="deleted_at_source",
    )


@dataclass
class Tagging:
    """The use case with everything around it faked."""

    items: FakeTaggedItems = field(default_factory=FakeTaggedItems)
    vocabulary: FakeVocabulary = field(default_factory=FakeVocabulary)
    tally: FakeTally = field(default_factory=FakeTally)

    def __post_init__(self) -> None:
        self.tag = TagItems(self.items, self.vocabulary, FakeClock(), self.tally)

    async def hear(self, *events: ItemEvent) -> list[tuple[int, int, list[str]]]:
        """Give a batch; return item revision, revision and tags of what is told."""
        transaction = FakeTransaction()
        await self.tag(events, transaction)
        for callback in transaction.callbacks:
            callback()
        return [
            (told.item.revision, told.revision, [tag.id for tag in told.tags])
            for told in transaction.tagged
        ]


@pytest.fixture
def tagging() -> Tagging:
    return Tagging()


async def test_the_event_carries_the_item_untouched(tagging: Tagging) -> None:
    item = an_item(text="#a", language=None)
    transaction = FakeTransaction()
    await tagging.tag([captured(item)], transaction)
    (told,) = transaction.tagged
    assert told.item is item
    assert tagging.items.items[item.id].visibility == ("company:north",)


async def test_an_item_without_tags_is_told_all_the_same(tagging: Tagging) -> None:
    assert await tagging.hear(captured(an_item())) == [(1, 1, [])]


async def test_a_revision_replaces_the_tags_and_is_told_even_if_they_stay(
    tagging: Tagging,
) -> None:
    await tagging.hear(captured(an_item(text="#a")))
    assert await tagging.hear(revised(2, "#a")) == [(2, 2, ["hashtag:a"])]
    assert await tagging.hear(revised(3, "#b")) == [(3, 3, ["hashtag:b"])]


async def test_the_same_revision_with_the_same_tags_tells_nothing(
    tagging: Tagging,
) -> None:
    await tagging.hear(captured(an_item(text="#a")))
    assert await tagging.hear(captured(an_item(text="#a"))) == []


async def test_the_same_revision_is_told_again_once_the_vocabulary_says_more(
    tagging: Tagging,
) -> None:
    item = an_item(text="backup")
    await tagging.hear(captured(item))
    await tagging.vocabulary.replace("2", [Concept("urn:b", (Label("Backup"),))])
    assert await tagging.hear(captured(item)) == [(1, 2, ["urn:b"])]


async def test_an_older_revision_is_ignored(tagging: Tagging) -> None:
    await tagging.hear(revised(2, "#new"))
    assert await tagging.hear(captured(an_item(text="#old"))) == []
    (stored,) = tagging.items.items.values()
    assert [tag.id for tag in stored.tags] == ["hashtag:new"]


async def test_of_a_batch_only_the_newest_revision_is_told(tagging: Tagging) -> None:
    told = await tagging.hear(
        captured(an_item(text="#a")), revised(3, "#c"), revised(2, "#b")
    )
    assert told == [(3, 1, ["hashtag:c"])]


async def test_a_retraction_deletes_the_tags(tagging: Tagging) -> None:
    await tagging.hear(captured(an_item(text="#a")))
    assert await tagging.hear(retracted(2)) == []
    (stored,) = tagging.items.items.values()
    assert stored.retracted
    assert stored.tags == ()
    assert stored.visibility == ()


@pytest.mark.parametrize("revision", [1, 2])
async def test_a_retraction_that_arrives_first_keeps_the_item_away(
    tagging: Tagging, revision: int
) -> None:
    await tagging.hear(retracted(revision))
    assert await tagging.hear(captured(an_item(text="#a"))) == []
    (stored,) = tagging.items.items.values()
    assert stored.retracted


async def test_an_item_that_returns_after_its_retraction_is_tagged_again(
    tagging: Tagging,
) -> None:
    await tagging.hear(captured(an_item(text="#a")), retracted(2))
    await tagging.hear(captured(an_item(2, text="#x")))
    assert await tagging.hear(revised(3, "#a")) == [(3, 1, ["hashtag:a"])]


async def test_a_retraction_of_an_older_revision_is_ignored(tagging: Tagging) -> None:
    await tagging.hear(revised(3, "#c"))
    await tagging.hear(retracted(2))
    (stored,) = tagging.items.items.values()
    assert not stored.retracted


async def test_any_order_and_any_repetition_ends_the_same() -> None:
    every: list[ItemEvent] = [
        captured(an_item(text="#a")),
        revised(2, "#b"),
        retracted(3),
        revised(4, "#d"),
    ]
    for seed in range(50):
        tagging, events = Tagging(), every * 3
        random.Random(seed).shuffle(events)  # noqa: S311  an order, no secret
        for start in range(0, len(events), 1 + seed % 4):
            await tagging.hear(*events[start : start + 1 + seed % 4])
        (stored,) = tagging.items.items.values()
        assert stored.item_revision == 4
        assert [tag.id for tag in stored.tags] == ["hashtag:d"]


async def test_revisions_told_of_one_item_always_grow(tagging: Tagging) -> None:
    told = []
    for event in (captured(an_item(text="#a")), revised(2, "#b"), revised(3, "#c")):
        told += await tagging.hear(event)
        tagging.vocabulary.current = Vocabulary("n", [])
        told += await tagging.hear(event)
    assert [revision for _, revision, _ in told] == [1, 2, 3]


async def test_a_batch_is_counted_only_once_it_is_committed(tagging: Tagging) -> None:
    transaction = FakeTransaction()
    await tagging.tag([captured(an_item())], transaction)
    assert tagging.tally.items == []
    for callback in transaction.callbacks:
        callback()
    assert len(tagging.tally.items) == 1
