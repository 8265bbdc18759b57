"""What the use cases need of the world."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar

from folkmoot_events import Event, Item

from folkmoot_ingest.domain.revisions import Head, Outcome

T = TypeVar("T")


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class Transaction(Protocol):
    """What is stored and announced together, or not at all."""

    @property
    def session(self) -> Any:  # noqa: ANN401  only storage knows what it is
        """What storage needs to take part."""
        ...

    def publish(
        self, event: Event, *, traceparent: str | None = None, key: str | None = None
    ) -> None:
        """Announce an event once the transaction has committed."""
        ...


class Transactions(Protocol):
    """Runs units of work; each may run more than once and takes effect once."""

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Commit what `work` does."""
        ...


class Entry(NamedTuple):
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

    async def heads(
        self, ids: Collection[str], transaction: Transaction
    ) -> dict[str, Head]:
        """Return the heads there are."""
        ...

    async def put(
        self,
        heads: Sequence[Head],
        replacing: Collection[str],
        transaction: Transaction,
    ) -> None:
        """Set the heads of their items; `replacing` names those that have one."""
        ...


class Record(Protocol):
    """All that was ever said, whole and append-only."""

    async def hashes(
        self, ids: Collection[str], transaction: Transaction
    ) -> dict[str, set[str]]:
        """Return the hashes of all content recorded of each of these items."""
        ...

    async def append(self, entries: Sequence[Entry], transaction: Transaction) -> None:
        """Add to the record."""
        ...


class Readings(Protocol):
    """The record as somebody may read it; what they may not is not there."""

    async def item(self, item_id: str, principals: frozenset[str]) -> Item | None:
        """Return the revision that stands for an item."""
        ...

    async def entries(self, item_id: str, principals: frozenset[str]) -> list[Entry]:
        """Return the record of an item, oldest first; empty where it is retracted."""
        ...

    async def counts(
        self, company: str, principals: frozenset[str] | None
    ) -> Mapping[str, int]:
        """Count a company's `items`, `retracted` ones and `revisions`; None: all."""
        ...
