"""Ten-line stand-ins for what search-index needs of the world."""

import asyncio
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Collection,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from folkmoot_events import Event
from folkmoot_search_index.domain.documents import Change, Document, Entry, Version
from folkmoot_search_index.ports import ChangeBatch, Position, PositionLost, Transaction

T = TypeVar("T")
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


@dataclass
class FakeTransaction:
    session: Any = None
    published: list[Event] = field(default_factory=list)

    def publish(self, event: Event) -> None:
        self.published.append(event)


class FakeTransactions:
    def __init__(self) -> None:
        self.published: list[Event] = []

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        transaction = FakeTransaction()
        result = await work(transaction)
        self.published += transaction.published
        return result


class FakeDocuments:
    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    async def versions(
        self, ids: Sequence[str], transaction: Transaction
    ) -> Mapping[str, Version]:
        del transaction
        return {i: self.entries[i].version for i in ids if i in self.entries}

    async def put(
        self,
        entries: Sequence[Entry],
        replacing: Collection[str],
        transaction: Transaction,
    ) -> None:
        del transaction
        for entry in entries:
            assert (entry.id in self.entries) == (entry.id in replacing)
            self.entries[entry.id] = entry

    async def read(self, ids: Sequence[str]) -> Mapping[str, Document]:
        found = (self.entries.get(item_id) for item_id in ids)
        return {each.id: each for each in found if isinstance(each, Document)}

    async def count(self) -> int:
        return len(self.entries)


class FakeChanges:
    """A list of changes; `forgotten` of them are no longer to be had."""

    def __init__(self) -> None:
        self.log: list[Change] = []
        self.forgotten = 0
        self.stores = False
        self.abreast = asyncio.Event()
        self._more = asyncio.Condition()

    async def add(self, *changes: Change) -> None:
        async with self._more:
            self.log += changes
            self.abreast.clear()
            self._more.notify_all()

    async def position(self) -> Position:
        return str(len(self.log))

    async def scan(self) -> AsyncGenerator[Sequence[Change], None]:
        held = {change.item_id: change for change in self.log}
        yield [change for change in held.values() if change.document]

    async def follow(self, position: Position) -> AsyncGenerator[ChangeBatch, None]:
        at = int(position)
        if at < self.forgotten:
            raise PositionLost
        while True:
            # What is added while the reader holds a batch belongs to the next one.
            end = len(self.log)
            yield ChangeBatch(self.log[at:end], str(end))
            at = end
            yield ChangeBatch([], str(at))
            async with self._more:
                if at == len(self.log):
                    self.abreast.set()
                await self._more.wait_for(lambda: len(self.log) > at)  # noqa: B023


class FakeTally:
    def __init__(self) -> None:
        self.turns = 0
        self.changes: list[Change] = []

    def progressed(self) -> None:
        self.turns += 1

    def committed(self, changes: Sequence[Change], seconds: float) -> None:
        del seconds
        self.changes += changes


class FakeSearchLog:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, event: Event) -> None:
        self.events.append(event)


@dataclass
class FakeClock:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


class FakeOpenings:
    def __init__(self) -> None:
        self.revisions: dict[str, int] = {}

    async def next_revision(self, search_id: str, transaction: Transaction) -> int:
        del transaction
        self.revisions[search_id] = self.revisions.get(search_id, 1) + 1
        return self.revisions[search_id]
