"""What search-index keeps of an item: the newest word on it, or its tombstone."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from folkmoot_events import Item, ItemRetracted, ItemTagged, Tag

Version = tuple[int, float]
"""Revision of the item, then of its tags; a later version replaces an earlier one."""

RETRACTED = float("inf")
"""No tagging of a revision outdoes the retraction of that revision."""


class Document(NamedTuple):
    """An item with its tags; `told` is the event that told of them, as it came."""

    item: Item
    tags: tuple[Tag, ...]
    tag_revision: int
    tagged: datetime
    told: bytes

    @property
    def id(self) -> str:
        """The item's id."""
        return self.item.id

    @property
    def version(self) -> Version:
        """Where this stands among all that was said of the item."""
        return (self.item.revision, self.tag_revision)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """All that is left of a retracted item."""

    id: str
    revision: int
    company: str
    source: str
    retracted: datetime

    @property
    def version(self) -> Version:
        """Where this stands among all that was said of the item."""
        return (self.revision, RETRACTED)


Entry = Document | Tombstone


class Change(NamedTuple):
    """What the index has to hold of an item from now on; None is nothing.

    `first` says that nothing was ever said of the item before: whoever has followed
    every change holds nothing of it that would have to go.
    """

    item_id: str
    document: Document | None
    first: bool = False


def document_of(event: ItemTagged, told: bytes = b"") -> Document:
    """Return what an event says of its item; `told` is the event as it came, JSON."""
    if not told:
        told = event.model_dump_json(exclude_none=True).encode()
    return Document(event.item, event.tags, event.revision, event.tagged, told)


def tombstone_of(event: ItemRetracted) -> Tombstone:
    """Return what is left of the item that an event withdraws."""
    return Tombstone(
        event.item_id, event.revision, event.company, event.source, event.retracted
    )
