"""Ten-line stand-ins for MongoDB, and records as Kafka would hand them out."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar

from folkmoot_chassis.outbox import Outgoing
from folkmoot_chassis.traces import new_traceparent
from folkmoot_chassis.transactions import Transaction
from pydantic import BaseModel
from pymongo.errors import DuplicateKeyError

T = TypeVar("T")

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Ordered(BaseModel):
    """An event of a shop that there is not."""

    type: ClassVar[str] = "toy.thing.ordered.v1"
    topic: ClassVar[str] = "toy.things.v1"
    thing: str

    @property
    def key(self) -> str:
        return self.thing


@dataclass(frozen=True)
class Record:
    """A record of Kafka."""

    value: bytes | None = b'{"thing": "hat"}'
    headers: Sequence[tuple[str, bytes | None]] = ()
    key: bytes | None = b"hat"
    topic: str = Ordered.topic
    partition: int = 0
    offset: int = 0
    timestamp: int = 1_772_323_200_000


def headers(**attributes: str) -> list[tuple[str, bytes | None]]:
    """Return the headers of an order, some of them otherwise; empty: left out."""
    values = {
        "ce_id": "1",
        "ce_source": "/shop",
        "ce_specversion": "1.0",
        "ce_type": Ordered.type,
        "content-type": "application/json",
        "traceparent": new_traceparent(),
    }
    values |= {
        f"ce_{k}" if f"ce_{k}" in values else k: v for k, v in attributes.items()
    }
    return [(name, value.encode()) for name, value in values.items() if value]


@dataclass
class FakeMongo:
    """What is committed: inbox, effects and outbox; and what is not, yet."""

    inbox: set[str] = field(default_factory=set)
    effects: list[str] = field(default_factory=list)
    outbox: list[Outgoing] = field(default_factory=list)
    transactions: int = 0
    staged_inbox: list[str] = field(default_factory=list)
    staged: list[str] = field(default_factory=list)

    async def run_once(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Commit all that `work` does, or nothing of it."""
        self.transactions += 1
        session: Any = None
        tx = Transaction(session, "/toy", NOW, 1_000_000)
        self.staged_inbox, self.staged = [], []
        result = await work(tx)
        self.inbox.update(self.staged_inbox)
        self.effects.extend(self.staged)
        self.outbox.extend(tx.outgoing)
        return result


@dataclass
class FakeInbox:
    """An inbox in the fake's transaction."""

    mongo: FakeMongo

    async def seen(self, ids: Collection[str], _: object) -> set[str]:
        return {id_ for id_ in ids if id_ in self.mongo.inbox}

    async def add(self, ids: Sequence[str], at: datetime, _: object) -> None:
        del at
        if self.mongo.inbox.intersection(ids) or len(set(ids)) < len(ids):
            raise DuplicateKeyError("E11000", 11000)
        self.mongo.staged_inbox.extend(ids)


class ManualTime:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def later(self, **span: float) -> None:
        self.seconds += timedelta(**span).total_seconds()
