"""What the use cases need of the world."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from folkmoot_events import Event

from folkmoot_tagging.domain.concepts import Concept, Thesaurus
from folkmoot_tagging.domain.tagged_items import TaggedItem
from folkmoot_tagging.domain.vocabulary import Vocabulary
from folkmoot_tagging.domain.vocabulary_changes import KnownConcept

T = TypeVar("T")


class Transaction(Protocol):
    """What is stored and told together, or not at all."""

    @property
    def session(self) -> Any:  # noqa: ANN401  the store's own handle, opaque here
        """Pass it to every storage call of the transaction."""

    def publish(self, event: Event) -> None:
        """Tell an event once the transaction is committed."""

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` once the transaction is committed."""


class Transactions(Protocol):
    """Runs units of work; each may run more than once and takes effect once."""

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Commit what `work` does."""
        ...


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class TaggedItems(Protocol):
    """The newest assessment of every item, tombstones among them."""

    async def find(
        self, ids: Collection[str], transaction: Transaction
    ) -> Mapping[str, TaggedItem]:
        """Return those that are known, by item id."""
        ...

    async def put(
        self,
        items: Sequence[TaggedItem],
        replacing: Collection[str],
        transaction: Transaction,
    ) -> None:
        """Store items whole; `replacing` names those that are known already."""
        ...

    async def read(self, id_: str, principals: Iterable[str]) -> TaggedItem | None:
        """Return an item that one of the principals may see; no tombstone."""
        ...

    async def count(self, principals: Iterable[str] | None) -> int:
        """Count the items that one of the principals may see; None: all items."""
        ...


class Concepts(Protocol):
    """Every concept that was ever announced, and of which edition they are."""

    async def find(
        self, ids: Collection[str], transaction: Transaction
    ) -> Mapping[str, KnownConcept]:
        """Return those that are known, by concept id."""
        ...

    async def put(
        self, concepts: Sequence[KnownConcept], transaction: Transaction
    ) -> None:
        """Store concepts whole, known or not."""
        ...

    async def in_use(self) -> Sequence[Concept]:
        """Return the concepts that are not retired."""
        ...

    async def starting_with(self, prefix: str, limit: int) -> Sequence[KnownConcept]:
        """Return concepts in use with a label that begins so, case aside, by label."""
        ...

    async def version(self) -> str | None:
        """Return the version of the vocabulary that was announced in full last."""
        ...

    async def set_version(self, version: str, transaction: Transaction) -> None:
        """Remember that a version was announced in full."""
        ...

    async def count(self) -> int:
        """Count the concepts in use."""
        ...


class ThesaurusSource(Protocol):
    """Where the vocabulary is edited."""

    async def version(self) -> str:
        """Return the version that is there now, without reading all of it."""
        ...

    async def read(self) -> Thesaurus:
        """Read it all."""
        ...


class CompiledVocabulary(Protocol):
    """The vocabulary that items are tagged with, replaced as a whole."""

    @property
    def current(self) -> Vocabulary:
        """The vocabulary in use now."""

    async def replace(self, version: str, concepts: Sequence[Concept]) -> None:
        """Compile a vocabulary without holding the loop up, then use it."""
        ...


class Tally(Protocol):
    """Counts what is done."""

    def tagged(self, items: Sequence[TaggedItem]) -> None:
        """Count items whose tags were assessed."""
        ...
