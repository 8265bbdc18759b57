"""Stand-ins for the outside world of the tagging service."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from folkmoot_events import Event, Item, ItemTagged, PersonRef
from folkmoot_tagging.domain.concepts import Concept, Thesaurus
from folkmoot_tagging.domain.folding import fold_literally
from folkmoot_tagging.domain.tagged_items import TaggedItem
from folkmoot_tagging.domain.vocabulary import EMPTY, Vocabulary
from folkmoot_tagging.domain.vocabulary_changes import KnownConcept
from folkmoot_tagging.ports import Transaction

T = TypeVar("T")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def an_item(number: int = 1, /, **changes: Any) -> Item:
    item = Item(
        id=f"itm_{number:032x}",
        revision=1,
        company="north",
        source="chat.north.example",
        tool="zulip",
        kind="message",
        native_id=str(number),
        conversation_id="cnv_1",
        author=PersonRef(id="chat.north.example/7", name="Ada Lee"),
        text="Nothing to see",
        published=NOON,
        captured=NOON,
        visibility=("company:north",),
        content_hash="sha256:00",
    )
    return Item.model_validate(item.model_dump() | changes)


class FakeClock:
    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


@dataclass
class FakeTransaction:
    published: list[Event] = field(default_factory=list)
    callbacks: list[Callable[[], None]] = field(default_factory=list)
    session: Any = None

    def publish(self, event: Event) -> None:
        self.published.append(event)

    def on_commit(self, callback: Callable[[], None]) -> None:
        self.callbacks.append(callback)

    @property
    def tagged(self) -> list[ItemTagged]:
        return [event for event in self.published if isinstance(event, ItemTagged)]


class FakeTransactions:
    def __init__(self) -> None:
        self.published: list[Event] = []

    async def run(self, work: Callable[[Any], Awaitable[T]]) -> T:
        transaction = FakeTransaction()
        result = await work(transaction)
        self.published += transaction.published
        return result


class FakeTaggedItems:
    def __init__(self) -> None:
        self.items: dict[str, TaggedItem] = {}

    async def find(
        self, ids: Collection[str], _: Transaction
    ) -> Mapping[str, TaggedItem]:
        return {id_: self.items[id_] for id_ in ids if id_ in self.items}

    async def put(
        self, items: Sequence[TaggedItem], replacing: Collection[str], _: Transaction
    ) -> None:
        assert {i.id for i in items} & self.items.keys() <= set(replacing)
        self.items |= {item.id: item for item in items}

    async def read(self, id_: str, principals: Iterable[str]) -> TaggedItem | None:
        found = self.items.get(id_)
        return found if found and _visible(found, principals) else None

    async def count(self, principals: Iterable[str] | None) -> int:
        items = self.items.values()
        if principals is None:
            return sum(not item.retracted for item in items)
        return sum(_visible(item, principals) for item in items)


def _visible(item: TaggedItem, principals: Iterable[str]) -> bool:
    return not item.retracted and not set(item.visibility).isdisjoint(principals)


class FakeConcepts:
    def __init__(self) -> None:
        self.known: dict[str, KnownConcept] = {}
        self._version: str | None = None

    async def find(
        self, ids: Collection[str], _: Transaction
    ) -> Mapping[str, KnownConcept]:
        return {id_: self.known[id_] for id_ in ids if id_ in self.known}

    async def put(self, concepts: Sequence[KnownConcept], _: Transaction) -> None:
        self.known |= {known.concept.id: known for known in concepts}

    async def in_use(self) -> Sequence[Concept]:
        used = (known.concept for known in self._used())
        return sorted(used, key=lambda concept: concept.id)

    async def starting_with(self, prefix: str, limit: int) -> Sequence[KnownConcept]:
        found = [
            known
            for known in self._used()
            if any(
                fold_literally(one.text).startswith(prefix) for one in _labels(known)
            )
        ]
        found.sort(key=lambda known: fold_literally(known.concept.shown_as(None)))
        return found[:limit]

    async def version(self) -> str | None:
        return self._version

    async def set_version(self, version: str, _: Transaction) -> None:
        self._version = version

    async def count(self) -> int:
        return len(self._used())

    def _used(self) -> list[KnownConcept]:
        return [known for known in self.known.values() if not known.retired]


def _labels(known: KnownConcept) -> Iterable[Any]:
    return known.concept.labels


class FakeThesaurus:
    """The thesaurus is edited by assigning `edition`."""

    def __init__(self, edition: Thesaurus) -> None:
        self.edition = edition
        self.reads = 0

    async def version(self) -> str:
        return self.edition.version

    async def read(self) -> Thesaurus:
        self.reads += 1
        return self.edition


class FakeVocabulary:
    def __init__(self, current: Vocabulary = EMPTY) -> None:
        self.current = current

    async def replace(self, version: str, concepts: Sequence[Concept]) -> None:
        self.current = Vocabulary(version, concepts)


class FakeTally:
    def __init__(self) -> None:
        self.items: list[TaggedItem] = []

    def tagged(self, items: Sequence[TaggedItem]) -> None:
        self.items += items
