"""What the use cases need of the world."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from folkmoot_events import Event
from folkmoot_query import Node

from folkmoot_search_index.domain.documents import Change, Document, Entry, Version
from folkmoot_search_index.domain.readers import Reader
from folkmoot_search_index.domain.searches import IndexState, Ranked, Search


class Transaction(Protocol):
    """What is stored and told together, or not at all."""

    @property
    def session(self) -> Any:  # noqa: ANN401  the store's own handle, opaque here
        """Pass it to every storage call of the transaction."""

    def publish(self, event: Event) -> None:
        """Tell an event once the transaction is committed."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class Documents(Protocol):
    """The newest word on every item: one entry each, tombstones among them."""

    async def versions(
        self, ids: Sequence[str], transaction: Transaction
    ) -> Mapping[str, Version]:
        """Return the version of each item that is known."""
        ...

    async def put(
        self,
        entries: Sequence[Entry],
        replacing: Collection[str],
        transaction: Transaction,
    ) -> None:
        """Store entries whole; `replacing` names those whose item is known."""
        ...

    async def read(self, ids: Sequence[str]) -> Mapping[str, Document]:
        """Return the documents among `ids` that are not retracted."""
        ...

    async def count(self) -> int:
        """Return roughly how many entries there are, tombstones included."""
        ...


Position = str
"""A place in the sequence of changes, opaque, kept beside what it leads up to."""


class PositionLost(Exception):  # noqa: N818  it is the sequence's fate, not an error
    """The changes after a position are no longer to be had: read everything again."""


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """Changes in order; all of them and those before are done at `position`.

    `more` says that others may have happened already.
    """

    changes: Sequence[Change]
    position: Position
    more: bool = False


class DocumentChanges(Protocol):
    """What happens to the documents, as a sequence that can be taken up anywhere."""

    async def position(self) -> Position:
        """Return a position before which everything is seen by a scan begun now."""
        ...

    def scan(self) -> AsyncGenerator[Sequence[Change], None]:
        """Yield everything that is held now, in batches."""
        ...

    def follow(self, position: Position) -> AsyncGenerator[ChangeBatch, None]:
        """Yield what changed after `position`, for ever; raises PositionLost.

        An empty batch says that there was nothing new for a while.
        """
        ...


class IndexWriter(Protocol):
    """One generation of the index, written by one task."""

    async def resume(self) -> Position | None:
        """Forget what was applied after the last commit, and return its position.

        None if nothing was ever committed.
        """
        ...

    async def load(self, documents: Sequence[Document]) -> None:
        """Take up documents that this generation does not hold yet."""
        ...

    async def apply(self, changes: Sequence[Change]) -> None:
        """Take changes up, to be seen after the next commit; the last one wins."""
        ...

    async def commit(self, position: Position) -> None:
        """Keep what was applied together with `position`, and show it to searches."""
        ...


class IndexGenerations(Protocol):
    """The index that searches use, and the one that may come to replace it."""

    async def current(self) -> IndexWriter | None:
        """Return the generation in use; None if there is none to be used."""
        ...

    async def begin(self) -> IndexWriter:
        """Begin an empty generation beside the one in use."""
        ...

    async def promote(self, writer: IndexWriter) -> None:
        """Let searches use this generation from now on."""
        ...

    async def release(self, writer: IndexWriter) -> None:
        """Let go of a generation that its task has left, if it is out of use."""
        ...

    def close(self) -> None:
        """Let go of everything."""


class IndexUnavailable(Exception):  # noqa: N818  it passes by itself
    """There is no index yet: it is being built."""


class SearchIndex(Protocol):
    """Finds items."""

    async def search(self, search: Search) -> Ranked:
        """Return one page; raises IndexUnavailable."""
        ...

    async def count(self, query: Node, reader: Reader) -> int:
        """Return how many items match that the reader may see."""
        ...

    async def state(self) -> IndexState:
        """Return how the index is."""
        ...


class Tally(Protocol):
    """Counts what the projection does, and sees that it does."""

    def progressed(self) -> None:
        """Note that the projection still turns."""

    def committed(self, changes: Sequence[Change], seconds: float) -> None:
        """Note that changes have become searchable, and how long the commit took."""


class SearchLog(Protocol):
    """Remembers events about searches until they are told."""

    def add(self, event: Event) -> None:
        """Take an event without waiting."""
        ...


class Openings(Protocol):
    """Counts how often hits of a search were opened."""

    async def next_revision(self, search_id: str, transaction: Transaction) -> int:
        """Return the revision of the next event about a search."""
        ...


class Transactions(Protocol):
    """Runs work as one transaction; the work may be run more than once."""

    async def run(self, work: Any) -> Any:  # noqa: ANN401  see the chassis' signature
        """Run `work(transaction)`, commit, and return what it returned."""
        ...
