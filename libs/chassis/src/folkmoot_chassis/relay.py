"""The relay: publishes what the outbox holds, and forgets it once Kafka has it."""

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from itertools import takewhile
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError, OutOfOrderSequenceNumber
from aiokafka.producer.message_accumulator import BatchBuilder

from folkmoot_chassis import failpoints, kafka
from folkmoot_chassis.backlog import Backlog
from folkmoot_chassis.leases import Leases
from folkmoot_chassis.metrics import Metrics
from folkmoot_chassis.outbox import Outbox, Outgoing, Pack
from folkmoot_chassis.rests import Rests
from folkmoot_chassis.telemetry import Telemetry

logger = logging.getLogger(__name__)

REFUSED = (MessageSizeTooLargeError, OutOfOrderSequenceNumber)
"""Kafka's answers to a batch that is too large, and to those that came after it."""

UNKNOWN_AFTER = 30.0
"""Seconds without an acknowledgement after which a round's outcome is unknown.

aiokafka's idempotent producer never gives a batch up by itself, and cancelling a send
does not withdraw it. The round is sent again through a new producer; whoever receives
a record twice knows it by its id.
"""

UNKNOWN_TOPIC_AFTER = 3.0
"""Seconds that Kafka may take to say which partitions a topic has: it is asked once for
each producer, and the other topics wait for the answer."""

APART = 0.025
"""Seconds from the start of a round to the next: what is committed in quick succession
is published, fetched and forgotten together."""


class Relay:
    """Moves records from the outbox to Kafka, oldest first, at least once."""

    def __init__(
        self,
        outbox: Outbox,
        leases: Leases,
        make_producer: Callable[[], AIOKafkaProducer],
        *,
        telemetry: Telemetry,
        metrics: Metrics,
        poll: float,
    ) -> None:
        self._outbox = outbox
        self._leases = leases
        self._make_producer = make_producer
        self._telemetry = telemetry
        self._metrics = metrics
        self._poll = poll
        self._rests = Rests()
        self._backlog = Backlog(outbox, self._rests, poll)
        self._producer: AIOKafkaProducer | None = None
        self._awake = asyncio.Event()
        self._under_way = asyncio.Lock()

    def offer(self, packs: Sequence[Pack]) -> None:
        """Publish what this process has just committed, without reading it back."""
        self._backlog.offer(packs)
        self._awake.set()

    async def keep_leases(self, every: float) -> None:
        """Renew the shards of this replica for as long as it runs."""
        while True:
            held = await self._leases.renew()
            if gained := set(held) - set(self._outbox.held):
                self._backlog.fall_behind(gained)
                self._awake.set()
            self._outbox.held = held
            await asyncio.sleep(every)

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            self._awake.clear()
            began = time.monotonic()
            async with self._under_way:
                published = await self._round()
            if published:
                spent = time.monotonic() - began
                await asyncio.sleep(max(0.0, APART - spent))
            else:
                # wait_for would swallow a cancellation that meets a wake-up
                # (python/cpython#86296, mended in 3.12).
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._poll):
                        await self._awake.wait()

    async def finish(self) -> None:
        """Wait for the round in hand and begin no other: cut short, it would repeat."""
        await self._under_way.acquire()

    async def drain(self) -> None:
        """After `finish`: publish what is left, then give the shards back."""
        self._backlog.fall_behind()
        while await self._round():
            pass
        self._outbox.held = ()
        await self._leases.release()

    async def close(self) -> None:
        """Let the producer go, with whatever it could not send."""
        if self._producer is None:
            return
        producer, self._producer = self._producer, None
        with contextlib.suppress(Exception):
            async with asyncio.timeout(5):
                await producer.stop()
                return
        # Cut short, it would go on sending, for ever: idempotent batches never expire.
        with contextlib.suppress(Exception):
            async with asyncio.timeout(5):
                await producer._sender.close()  # noqa: SLF001  nothing public ends it
                await producer.client.close()

    async def _round(self) -> int:
        """Publish one round and return how many packs of it Kafka has taken."""
        if not self._outbox.held:
            return 0
        packs = await self._backlog.take()
        if not packs:
            return 0
        started = time.monotonic()
        try:
            failpoints.hit("relay.before_publish")
            refused = await self._publish(packs)
        except Exception as error:
            self._metrics.relay_errors.labels(type(error).__name__).inc()
            logger.warning("a round of the relay failed: %s", type(error).__name__)
            self._backlog.fall_behind()
            await self.close()
            raise
        failpoints.hit("relay.after_publish")
        taken = [pack for pack in packs if pack.topic not in self._rests.topics]
        try:
            if refused:
                await self._outbox.park(refused, packs[0].created)
            if taken:
                await self._outbox.remove([pack.id for pack in taken])
        except Exception:
            self._backlog.fall_behind()
            raise
        failpoints.hit("relay.after_remove")
        self._metrics.send_duration.observe(time.monotonic() - started)
        return len(taken)

    async def _publish(self, packs: Sequence[Pack]) -> list[Outgoing]:
        """Send packs and return those records that Kafka refuses for good.

        The topics that take none for now rest after that.
        """
        producer = await self._connected()
        records: defaultdict[str, list[Outgoing]] = defaultdict(list)
        for pack in packs:
            records[pack.topic] += pack.records
        results = await asyncio.gather(
            *(
                self._publish_to(topic, here, producer)
                for topic, here in records.items()
            ),
            return_exceptions=True,
        )
        doubtful: list[Outgoing] = []
        for topic, result in zip(records, results, strict=True):
            if isinstance(result, BaseException):
                self._let_rest(topic, result)
            else:
                self._rests.passed(topic)
                doubtful += result
        if doubtful or self._rests.topics.intersection(records):
            await self.close()
        return [record for record in doubtful if not await self._goes_alone(record)]

    async def _publish_to(
        self, topic: str, records: Sequence[Outgoing], producer: AIOKafkaProducer
    ) -> list[Outgoing]:
        """Send what goes to one topic; returns records of batches that were refused.

        The writer bounds their size, but the topic has the last word; one that it
        refuses must not stop the rest.
        """
        with contextlib.ExitStack() as spans:
            for record in records:
                span = self._telemetry.send(topic, record.traceparent)
                if span:
                    spans.callback(span.end)
            async with asyncio.timeout(UNKNOWN_AFTER):
                batches = [batch async for batch in _send(producer, topic, records)]
                results = await asyncio.gather(
                    *(future for future, _ in batches), return_exceptions=True
                )
        refused: list[Outgoing] = []
        for (_, sent), result in zip(batches, results, strict=True):
            if isinstance(result, REFUSED):
                refused += sent
            elif isinstance(result, BaseException):
                raise result
            else:
                self._metrics.sent.labels(topic).inc(len(sent))
        return refused

    def _let_rest(self, topic: str, error: BaseException) -> None:
        """Leave a topic alone for a while: it would hold up all the others."""
        name = type(error).__name__
        self._rests.failed(topic)
        self._metrics.relay_errors.labels(name).inc()
        logger.warning("a topic takes no records: %s", name, extra={"topic": topic})

    async def _goes_alone(self, record: Outgoing) -> bool:
        """Send a record by itself: the one that is too large fails its whole batch.

        A refusal leaves a gap in the producer's sequence: whatever follows in that
        partition is refused as well, until there is a new producer.
        """
        producer = await self._connected()
        try:
            await producer.send_and_wait(
                record.topic, record.value, record.key, headers=record.headers
            )
        except MessageSizeTooLargeError as error:
            logger.critical("a record is too large", extra={"topic": record.topic})
            self._metrics.relay_errors.labels(type(error).__name__).inc()
            await self.close()
            return False
        self._metrics.sent.labels(record.topic).inc()
        return True

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = self._make_producer()
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer


Sent = tuple[asyncio.Future[Any], Sequence[Outgoing]]


async def _send(
    producer: AIOKafkaProducer, topic: str, records: Sequence[Outgoing]
) -> AsyncIterator[Sent]:
    """Hand records to a producer, a batch at a time, in order within a partition."""
    async with asyncio.timeout(UNKNOWN_TOPIC_AFTER):
        partitions = sorted(await producer.partitions_for(topic))
    places: dict[int, list[Outgoing]] = defaultdict(list)
    for record in records:
        places[kafka.partition_of(record.key, partitions, ())].append(record)
    for place, here in places.items():
        rest = here
        while rest:
            batch = producer.create_batch()
            fits = sum(1 for _ in takewhile(partial(_append, batch), rest))
            sent, rest = rest[:fits], rest[fits:]
            yield await producer.send_batch(batch, topic, partition=place), sent


def _append(batch: BatchBuilder, record: Outgoing) -> bool:
    """Put a record into a batch; False where it is full. The first one always fits."""
    added = batch.append(
        timestamp=None, key=record.key, value=record.value, headers=record.headers
    )
    return added is not None
