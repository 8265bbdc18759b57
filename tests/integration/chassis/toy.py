"""A toy service on the chassis, and the wire on both sides of it."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from folkmoot_chassis import cloudevents
from folkmoot_chassis.failures import Permanent, Transient
from folkmoot_chassis.messages import Message
from folkmoot_chassis.mongo import Database
from folkmoot_chassis.service import Service
from folkmoot_chassis.settings import ServiceSettings
from folkmoot_chassis.traces import new_traceparent
from folkmoot_chassis.transactions import Transaction
from opentelemetry.sdk.trace.export import SpanExporter
from prometheus_client import Counter
from pydantic import BaseModel
from typing_extensions import override

from tests.support.conditions import until

Headers = list[tuple[str, bytes | None]]


class Thing(BaseModel):
    """An event about a thing; subclasses say what happened, and where it is told."""

    type: ClassVar[str] = ""
    topic: ClassVar[str] = ""
    thing: str
    tree: Any = None

    @property
    def key(self) -> str:
        return self.thing


@dataclass(frozen=True)
class Topics:
    """Two topics that the toy reads, one that it writes, and its dead letters."""

    orders: str
    returns: str
    shipments: str
    dead: str
    dead_returns: str


@dataclass
class Handling:
    """What the toy's handler does; tests turn these while it runs."""

    poison: set[str] = field(default_factory=set)
    flaky: set[str] = field(default_factory=set)
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event | None = None


class Toy:
    """Ships what is ordered: one document and one event for each."""

    def __init__(
        self,
        settings: ServiceSettings,
        topics: Topics,
        name: str,
        exporter: SpanExporter | None = None,
    ) -> None:
        self.handling = Handling()
        self.service = Service(settings, name=name, version="1", span_exporter=exporter)
        self.effects = self.service.database["effects"]
        kinds = {"type": "toy.thing.ordered.v1", "topic": topics.orders}
        self.ordered = type("Ordered", (Thing,), kinds)
        kinds = {"type": "toy.thing.shipped.v1", "topic": topics.shipments}
        self.shipped = type("Shipped", (Thing,), kinds)
        self.service.consume(topics.orders, {self.ordered: self.on_ordered})
        self.service.consume(topics.returns, {self.ordered: self.on_ordered})

    async def on_ordered(
        self, batch: Sequence[Message[Thing]], tx: Transaction
    ) -> None:
        things = [message.data.thing for message in batch]
        await self.effects.insert_many(
            [{"thing": thing} for thing in things], session=tx.session
        )
        for thing in things:
            tx.publish(self.shipped(thing=thing))
        self.handling.entered.set()
        if self.handling.gate:
            await self.handling.gate.wait()
        if self.handling.poison.intersection(things):
            raise Permanent("this thing cannot be had", reason="no-such-thing")
        if self.handling.flaky.intersection(things):
            raise Transient("not now")


async def effects_of(database: Database) -> list[str]:
    """Return what took effect, each as often as it did."""
    found = await database["effects"].find().to_list(None)
    return sorted(document["thing"] for document in found)


async def settle_on(database: Database, wanted: Sequence[str]) -> None:
    """Wait until everything wanted took effect, and say so if anything did twice."""

    async def all_of_it() -> bool:
        return len(await effects_of(database)) >= len(wanted)

    await until(all_of_it, seconds=30)
    assert await effects_of(database) == sorted(wanted)


@dataclass(frozen=True)
class Wire:
    """Kafka, by hand."""

    bootstrap: str
    producer: AIOKafkaProducer

    async def order(self, topic: str, *things: str, **attributes: str) -> None:
        """Publish an order of each thing."""
        for thing in things:
            event = Thing(thing=thing)
            value = event.model_dump_json().encode()
            headers = order_headers(**attributes)
            await self.put(topic, value, headers, key=thing.encode())

    async def put(
        self,
        topic: str,
        value: bytes | None,
        headers: Headers,
        *,
        key: bytes | None = b"key",
    ) -> None:
        """Publish a record."""
        await self.producer.send(topic, value, key, headers=headers)

    async def read(self, topic: str, count: int) -> list[Any]:
        """Return the first `count` records of a topic, and then whatever follows."""
        async with AIOKafkaConsumer(
            topic, bootstrap_servers=self.bootstrap, auto_offset_reset="earliest"
        ) as consumer:
            records: list[Any] = []
            async with asyncio.timeout(30):
                while len(records) < count:
                    for part in (await consumer.getmany(timeout_ms=200)).values():
                        records.extend(part)
            for part in (await consumer.getmany(timeout_ms=200)).values():
                records.extend(part)
        return records

    async def put_with_bad_name(self, topic: str, value: bytes) -> None:
        """Publish an order that has a header whose name is not UTF-8.

        aiokafka's producer cannot, so a batch is laid out by its parts.
        """
        batch = self.producer.create_batch()
        batch._builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, -1, 16384)  # noqa: SLF001  no other way
        batch.append(
            key=b"key",
            value=value,
            timestamp=int(time.time() * 1000),
            headers=[*order_headers(), (NotText("x"), b"")],
        )
        batch.close()
        await (await self.producer.send_batch(batch, topic, partition=0))

    async def count(self, topic: str) -> int:
        """Return how many records a topic holds in its first partition."""
        place = TopicPartition(topic, 0)
        async with AIOKafkaConsumer(bootstrap_servers=self.bootstrap) as consumer:
            return int((await consumer.end_offsets([place]))[place])

    async def committed(self, group: str, topic: str, partition: int = 0) -> int:
        """Return the offset that a group has committed, 0 where there is none."""
        async with AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, group_id=group, enable_auto_commit=False
        ) as consumer:
            place = TopicPartition(topic, partition)
            consumer.assign([place])
            return await consumer.committed(place) or 0


GOOD = b'{"thing": "thing"}'


class NotText(str):
    """A name that is not UTF-8 once it is encoded."""

    __slots__ = ()

    @override
    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe"


def altered(name: str, value: bytes | None) -> Headers:
    """Return the headers of an order, one of them otherwise."""
    return [(n, value if n == name else v) for n, v in order_headers()]


async def at_least(counter: Counter, count: float) -> bool:
    """Tell whether a counter of this process has come so far."""
    return bool(counter._value.get() >= count)  # noqa: SLF001  no public way to ask it


async def outbox_is_empty(database: Database) -> bool:
    """Tell whether all was published and forgotten."""
    return await database["outbox"].count_documents({}) == 0


def order_headers(**attributes: str) -> Headers:
    """Return the headers of an order, some attributes otherwise."""
    values: dict[str, str | None] = {
        "id": uuid4().hex,
        "source": "/tests",
        "specversion": "1.0",
        "type": "toy.thing.ordered.v1",
    }
    trace = attributes.pop("traceparent", "") or new_traceparent()
    return cloudevents.encode(values | attributes, trace)
