"""What the use cases need of the outside."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from folkmoot_events import Item, ItemCaptured, ItemRetracted, ItemRevised

from folkmoot_ingest.domain.revisions import Head, Outcome


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the record: a revision as it came, or a withdrawal (no item)."""

    item_id: str
    revision: int | None
    """None for a content that came too late to be a revision."""
    company: str
    outcome: Outcome
    content_hash: str
    previous_hash: str | None
    recorded: datetime
    item: Item | None
    reason: str | None = None


class Items(Protocol):
    """The head of each item: which revision stands for it."""

    async def heads(self, ids: Sequence[str]) -> dict[str, Head]:
        """Return the heads there are."""
        ...

    async def put(self, heads: Iterable[Head]) -> None:
        """Set the heads of their items."""
        ...


class Record(Protocol):
    """All that was ever said, whole and append-only."""

    async def hashes(self, ids: Sequence[str]) -> Mapping[str, set[str]]:
        """Return the hashes of all content recorded of each of these items."""
        ...

    async def append(self, entries: Sequence[Entry]) -> None:
        """Add to the record."""
        ...


class Readers(Protocol):
    """The record as somebody may read it; what they may not is not there."""

    async def item(self, item_id: str, principals: frozenset[str]) -> Item | None:
        """Return the revision that stands for an item."""
        ...

    async def entries(self, item_id: str, principals: frozenset[str]) -> list[Entry]:
        """Return the record of an item, oldest first; empty where it is retracted."""
        ...

    async def counts(self, company: str) -> Mapping[str, int]:
        """Count a company's items, retracted items and entries of the record."""
        ...


class Publisher(Protocol):
    """Announces events once the work is committed."""

    def publish(
        self,
        event: ItemCaptured | ItemRevised | ItemRetracted,
        *,
        traceparent: str | None = None,
        key: str | None = None,
    ) -> None:
        """Announce an event."""
        ...
