"""Ten-line stand-ins for what ingest needs of the world, and lifelike input."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from folkmoot_events import Event, Item
from folkmoot_ingest.domain.cloud_events import CloudEvent, event
from folkmoot_ingest.domain.drafts import Draft, draft
from folkmoot_ingest.domain.revisions import Head
from folkmoot_ingest.domain.submission import ITEM_SUBMITTED, ITEM_WITHDRAWN
from folkmoot_ingest.ports import Entry, Transaction

T = TypeVar("T")
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SOURCE = "zulip.example.org"


class ManualClock:
    def __init__(self, now: datetime = NOW) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at


@dataclass
class FakeTransaction:
    session: Any = None
    published: list[Event] = field(default_factory=list)
    traces: list[str | None] = field(default_factory=list)

    def publish(
        self, event: Event, *, traceparent: str | None = None, key: str | None = None
    ) -> None:
        assert key in (None, event.key)
        self.published.append(event)
        self.traces.append(traceparent)


class FakeTransactions:
    def __init__(self) -> None:
        self.published: list[Event] = []

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        transaction = FakeTransaction()
        result = await work(transaction)
        self.published += transaction.published
        return result


class FakeItems:
    def __init__(self) -> None:
        self.by_id: dict[str, Head] = {}

    async def heads(
        self, ids: Collection[str], transaction: Transaction
    ) -> dict[str, Head]:
        del transaction
        return {i: self.by_id[i] for i in ids if i in self.by_id}

    async def put(
        self,
        heads: Sequence[Head],
        replacing: Collection[str],
        transaction: Transaction,
    ) -> None:
        del transaction
        assert all((h.item_id in self.by_id) <= (h.item_id in replacing) for h in heads)
        self.by_id |= {head.item_id: head for head in heads}


class FakeRecord:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def hashes(
        self, ids: Collection[str], transaction: Transaction
    ) -> dict[str, set[str]]:
        del transaction
        known = defaultdict[str, set[str]](set)
        for entry in self.entries:
            if entry.item_id in ids:
                known[entry.item_id].add(entry.content_hash)
        return dict(known)

    async def append(self, entries: Sequence[Entry], transaction: Transaction) -> None:
        del transaction
        self.entries += entries


class FakeReadings:
    def __init__(self, items: FakeItems, record: FakeRecord) -> None:
        self._items = items
        self._record = record

    async def item(self, item_id: str, principals: frozenset[str]) -> Item | None:
        entries = await self.entries(item_id, principals)
        head = self._items.by_id.get(item_id)
        standing = (e.item for e in entries if head and e.revision == head.revision)
        return next(standing, None)

    async def entries(self, item_id: str, principals: frozenset[str]) -> list[Entry]:
        head = self._items.by_id.get(item_id)
        if head is None or head.retracted or not principals & set(head.visibility):
            return []
        shown = [
            entry
            for entry in self._record.entries
            if entry.item_id == item_id
            and (entry.item is None or principals & set(entry.item.visibility))
        ]
        hashes = {None, *(entry.content_hash for entry in shown)}
        return [
            entry._replace(previous_hash=None)
            if entry.previous_hash not in hashes
            else entry
            for entry in shown
        ]

    async def counts(
        self, company: str, principals: frozenset[str] | None
    ) -> Mapping[str, int]:
        own = [
            head
            for head in self._items.by_id.values()
            if head.company == company
            and (principals is None or principals & set(head.visibility))
        ]
        return {
            "items": sum(not head.retracted for head in own),
            "retracted": sum(head.retracted for head in own),
            "revisions": sum(head.revision for head in own),
        }


def said(native_id: str = "1", text: str = "Good morning", **more: Any) -> CloudEvent:
    """Return the event of somebody who said something."""
    data = {
        "tool": "zulip",
        "native_id": native_id,
        "author": {"id": "7", "name": "Ada Byron"},
        "text": text,
        "published": "2026-05-04T09:30:00Z",
    }
    return _event(ITEM_SUBMITTED, data | more)


def withdrew(native_id: str = "1", time: str = "2026-05-04T11:00:00Z") -> CloudEvent:
    """Return the event of a source that took something back."""
    return _event(ITEM_WITHDRAWN, {"native_id": native_id}, time=time)


def drafted(event: CloudEvent, company: str = "north") -> Draft:
    """Return what an event asks for, on behalf of a company."""
    return draft(event, lambda _: company, NOW)


def _event(kind: str, data: dict[str, Any], **attributes: str) -> CloudEvent:
    required = {"specversion": "1.0", "id": "e1", "source": SOURCE, "type": kind}
    return event(required | attributes, data)
