"""What becomes of records while Kafka answers late, with no, or not at all."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError, UnknownTopicOrPartitionError
from folkmoot_chassis import publisher
from folkmoot_chassis.metrics import Metrics
from folkmoot_chassis.outbox import Outgoing
from folkmoot_chassis.publisher import Publisher
from folkmoot_chassis.settings import ServiceSettings
from folkmoot_chassis.telemetry import Telemetry
from prometheus_client import CollectorRegistry

from tests.unit.chassis.fakes import TRACE, Ordered

TOPIC = Ordered.topic
LIMIT = 10
"""Bytes that the topic allows a record."""


def record(value: bytes, key: bytes = b"hat") -> Outgoing:
    return Outgoing(TOPIC, key, value, [], TRACE)


@dataclass
class FakeBatch:
    """Holds two records."""

    values: list[bytes] = field(default_factory=list)

    def append(self, *, value: bytes, **_: object) -> object:
        if len(self.values) == 2:
            return None
        self.values.append(value)
        return self


class FakeProducer:
    """A producer, its sender, its client and its accumulator in one."""

    def __init__(self, kafka: "FakeKafka") -> None:
        self.kafka = kafka
        self._sender = self.client = self._message_accumulator = self
        kafka.calls["made"] += 1

    async def start(self) -> None:
        await self.kafka.answer("start")

    async def stop(self) -> None:
        await self.kafka.answer("stop")

    async def close(self) -> None:
        self.kafka.calls["close"] += 1

    def fail_all(self, _: Exception) -> None:
        self.kafka.calls["fail_all"] += 1

    async def partitions_for(self, _: str) -> set[int]:
        await self.kafka.answer("partitions")
        return {0, 1}

    def create_batch(self) -> FakeBatch:
        return FakeBatch()

    async def send_batch(self, batch: FakeBatch, *_: object, **__: object) -> Any:
        return asyncio.create_task(self.kafka.take(batch.values))

    async def send_and_wait(self, *what: Any, **_: object) -> None:
        await self.kafka.take([what[1]])


@dataclass
class FakeKafka:
    """Takes records no larger than they may be; hangs where it is told to."""

    hangs_at: set[str] = field(default_factory=set)
    silent_after_refusal: bool = False
    taken: list[bytes] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)

    async def answer(self, what: str) -> None:
        self.calls[what] += 1
        if what in self.hangs_at:
            await asyncio.Event().wait()

    async def take(self, values: Sequence[bytes]) -> None:
        await self.answer("take")
        if any(len(value) > LIMIT for value in values):
            if self.silent_after_refusal:
                self.hangs_at.add("take")
            raise MessageSizeTooLargeError
        self.taken += values

    def publisher(self) -> Publisher:
        telemetry = Telemetry("toy", ServiceSettings(instance="test"))
        return Publisher(
            TOPIC,
            lambda: cast("AIOKafkaProducer", FakeProducer(self)),
            telemetry,
            Metrics(CollectorRegistry()),
        )


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "UNKNOWN_AFTER", 0.2)
    for name in ("KNOWN_WITHIN", "FLUSH_SECONDS", "END_SECONDS"):
        monkeypatch.setattr(publisher, name, 0.05)


async def test_what_a_batch_held_back_goes_alone_and_in_order() -> None:
    kafka = FakeKafka()
    large = record(b"large" * LIMIT)
    records = [record(b"1"), record(b"2"), record(b"3"), large, record(b"5")]
    assert await kafka.publisher().publish(records) == [large]
    assert kafka.taken == [b"1", b"2", b"3", b"5"]
    assert kafka.calls["made"] == 3  # after a refusal a partition takes no more


@pytest.mark.parametrize(
    ("where", "error"),
    [
        ("start", TimeoutError),
        ("partitions", UnknownTopicOrPartitionError),
        ("take", TimeoutError),
    ],
)
async def test_a_silent_kafka_is_given_up_and_all_of_its_client_ended(
    where: str, error: type[Exception]
) -> None:
    kafka = FakeKafka(hangs_at={where, "stop"})
    with pytest.raises(error):
        await kafka.publisher().publish([record(b"1")])
    assert kafka.calls["close"] == 2  # the sender and the client
    assert kafka.calls["fail_all"] == 1
    kafka.hangs_at.clear()
    again = kafka.publisher()
    assert await again.publish([record(b"1")]) == []
    await again.close()
    assert kafka.taken == [b"1"]
    assert kafka.calls["close"] == 2


async def test_a_silence_in_the_midst_of_single_records_is_given_up_too() -> None:
    kafka = FakeKafka()
    kafka.silent_after_refusal = True
    with pytest.raises(TimeoutError):
        await kafka.publisher().publish([record(b"large" * LIMIT)])
    assert kafka.calls["made"] == 2
