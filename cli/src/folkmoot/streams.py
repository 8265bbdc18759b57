"""Kafka's topics as a person looks at them: whole, or as they grow."""

import asyncio
import logging
import os
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Collection,
    Iterable,
    Sequence,
)
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaConnectionError
from folkmoot_chassis import kafka
from folkmoot_chassis.settings import ServiceSettings
from typing_extensions import override

from folkmoot.local.errors import LocalError
from folkmoot.local.home import Home

BATCH_MS = 500
BOOTSTRAP = "FOLKMOOT_KAFKA_BOOTSTRAP"


class KafkaAwayError(LocalError):
    """Nobody answers where Kafka should be."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__(f"Kafka at {bootstrap} cannot be reached")


def settings() -> ServiceSettings:
    """Return how to reach Kafka: FOLKMOOT_KAFKA_*, or the one of `folkmoot up`."""
    if BOOTSTRAP in os.environ:
        return ServiceSettings.read()
    run = Home.default().require_running(BOOTSTRAP)
    return ServiceSettings(kafka_bootstrap=run.kafka_bootstrap)


@asynccontextmanager
async def consumer() -> AsyncIterator[AIOKafkaConsumer]:
    """Yield a consumer that belongs to no group and leaves no trace."""
    client = AIOKafkaConsumer(
        bootstrap_servers=settings().kafka_bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        **kafka.client_security(settings()),
    )
    async with _started(client):
        yield client


@asynccontextmanager
async def producer() -> AsyncIterator[AIOKafkaProducer]:
    """Yield a producer that neither loses nor repeats."""
    client = kafka.make_producer(settings())
    async with _started(client):
        yield client


@asynccontextmanager
async def _started(client: AIOKafkaConsumer | AIOKafkaProducer) -> AsyncIterator[None]:
    """Start a client, and stop it whether it started or not."""
    try:
        try:
            await client.start()
        except KafkaConnectionError as error:
            raise KafkaAwayError(settings().kafka_bootstrap) from error
        yield
    finally:
        await client.stop()


async def partitions_of(
    client: AIOKafkaConsumer, topics: Iterable[str]
) -> list[TopicPartition]:
    """Return the partitions of those topics that exist."""
    # `client.topics()` fetches the same, and forgets the partitions.
    cluster = await client._client.fetch_all_metadata()  # noqa: SLF001  no public way
    return [
        TopicPartition(topic, number)
        for topic in sorted(set(topics) & cluster.topics())
        for number in sorted(cluster.partitions_for_topic(topic))
    ]


async def read_all(topics: Sequence[str]) -> list[ConsumerRecord[Any, Any]]:
    """Return every record that stands in some topics now, oldest first."""
    async with consumer() as client:
        partitions = await partitions_of(client, topics)
        if not partitions:
            return []
        client.assign(partitions)
        ends = await client.end_offsets(partitions)
        await client.seek_to_beginning(*partitions)
        records: list[ConsumerRecord[Any, Any]] = []
        while any([await client.position(tp) < end for tp, end in ends.items()]):
            for batch in (await client.getmany(timeout_ms=BATCH_MS)).values():
                records += batch
        return sorted(records, key=lambda record: record.timestamp)


async def follow(
    topic: str,
    *,
    from_beginning: bool,
    missing: Callable[[Collection[str]], None],
    away: Callable[[], None],
) -> AsyncGenerator[ConsumerRecord[Any, Any]]:
    """Yield a topic's records as they come, for as long as somebody asks.

    `missing` is called with the topics that there are when this one is not among them
    yet; it is waited for. `away` is called when Kafka no longer answers; it is waited
    for, too. Who stops asking closes the generator.
    """
    async with consumer() as client, told_of_absence(away) as back:
        if not await partitions_of(client, [topic]):
            missing(await client.topics())
        while not (partitions := await partitions_of(client, [topic])):  # noqa: ASYNC110  the broker tells nobody
            await asyncio.sleep(1)
        client.assign(partitions)
        seek = client.seek_to_beginning if from_beginning else client.seek_to_end
        await seek(*partitions)
        async for record in client:
            back()
            yield record


@asynccontextmanager
async def told_of_absence(
    away: Callable[[], None],
) -> AsyncIterator[Callable[[], None]]:
    """Call `away` once the client complains; again after it is told that Kafka is back.

    It tries for ever and tells nobody but its log.
    """
    complaints = _Complaints(away)
    client = logging.getLogger("aiokafka")
    client.addHandler(complaints)
    try:
        yield complaints.forget
    finally:
        client.removeHandler(complaints)


class _Complaints(logging.Handler):
    def __init__(self, tell: Callable[[], None]) -> None:
        super().__init__(logging.ERROR)
        self._tell = tell
        self._told = False

    def forget(self) -> None:
        self._told = False

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if not self._told:
            self._told = True
            self._tell()
