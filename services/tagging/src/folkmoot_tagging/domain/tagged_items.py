"""What is remembered of an item, and what a newer word about it changes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from folkmoot_events import Item, ItemCaptured, ItemRetracted, ItemRevised, Tag

ItemEvent = ItemCaptured | ItemRevised | ItemRetracted
Word = Item | ItemRetracted
"""The state that an event leaves an item in."""


class TaggedItem(NamedTuple):
    """The tags of an item, or the tombstone of a retracted one, which has none.

    `revision` counts the assessments of the item over all of its revisions.
    """

    id: str
    item_revision: int
    revision: int
    tagged: datetime
    visibility: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    retracted: bool = False


def newest(events: Iterable[ItemEvent]) -> Mapping[str, Word]:
    """Keep the last word on each item; a retraction beats its own revision."""
    words: dict[str, Word] = {}
    for event in events:
        word = event if isinstance(event, ItemRetracted) else event.item
        id_ = _id(word)
        if id_ not in words or _rank(word) > _rank(words[id_]):
            words[id_] = word
    return words


def is_news(word: Word, known: TaggedItem | None) -> bool:
    """Say whether the word may change what is known.

    An item of the revision that is known may: the vocabulary can have changed.
    """
    if known is None:
        return True
    if isinstance(word, ItemRetracted):
        return _rank(word) > (known.item_revision, known.retracted)
    return _rank(word) >= (known.item_revision, known.retracted)


def tombstone(word: ItemRetracted, known: TaggedItem | None) -> TaggedItem:
    """Return what stays of a retracted item."""
    return TaggedItem(
        id=word.item_id,
        item_revision=word.revision,
        revision=known.revision if known else 0,
        tagged=word.retracted,
        retracted=True,
    )


def assessed(
    item: Item, tags: tuple[Tag, ...], known: TaggedItem | None, now: datetime
) -> TaggedItem | None:
    """Return what is to be remembered and told; None if it is all known already."""
    if known and known.item_revision == item.revision and known.tags == tags:
        return None
    revision = known.revision + 1 if known else 1
    return TaggedItem(item.id, item.revision, revision, now, item.visibility, tags)


def _id(word: Word) -> str:
    return word.item_id if isinstance(word, ItemRetracted) else word.id


def _rank(word: Word) -> tuple[int, bool]:
    return word.revision, isinstance(word, ItemRetracted)
