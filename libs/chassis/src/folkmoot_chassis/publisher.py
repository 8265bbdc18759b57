"""Publishing to Kafka: all of it acknowledged, in order, or an error."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from itertools import takewhile

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    MessageSizeTooLargeError,
    ProducerClosed,
    UnknownTopicOrPartitionError,
)
from aiokafka.producer.message_accumulator import BatchBuilder

from folkmoot_chassis import kafka
from folkmoot_chassis.metrics import Metrics
from folkmoot_chassis.outbox import Outgoing
from folkmoot_chassis.telemetry import Telemetry

logger = logging.getLogger(__name__)

UNKNOWN_AFTER = 30.0
"""Seconds without an acknowledgement after which the outcome is unknown.

aiokafka's idempotent producer never gives a batch up by itself, and cancelling a send
does not withdraw it. The records are sent again through a new producer; whoever
receives one twice knows it by its id.
"""

KNOWN_WITHIN = 3.0
"""Seconds that Kafka may take to say which partitions a topic has.

aiokafka would ask for 20, ten times a second, with a line in the log each time.
"""

FLUSH_SECONDS = 5.0
END_SECONDS = 2.0


class Publisher:
    """Publishes records of one topic through a producer of its own.

    A producer is made when it is first needed, and anew after each failure.
    """

    def __init__(
        self,
        topic: str,
        make_producer: Callable[[], AIOKafkaProducer],
        telemetry: Telemetry,
        metrics: Metrics,
    ) -> None:
        self._topic = topic
        self._make_producer = make_producer
        self._telemetry = telemetry
        self._metrics = metrics
        self._producer: AIOKafkaProducer | None = None

    async def publish(self, records: Sequence[Outgoing]) -> list[Outgoing]:
        """Send records, in order within a partition, and wait until Kafka has them.

        Returns those that the topic refuses for good, being too large for it. Raises
        where the outcome is unknown for any; then each may have been sent or not.
        """
        try:
            with contextlib.ExitStack() as spans:
                for record in records:
                    span = self._telemetry.send(self._topic, record.traceparent)
                    if span:
                        spans.callback(span.end)
                left = await self._in_batches(records)
            if left:
                await self.close()
            return [record for record in left if not await self._alone(record)]
        except Exception as error:
            self._count(error)
            await self.close()
            raise

    async def close(self) -> None:
        """Let the producer go, with whatever it cannot send in some seconds."""
        if self._producer is None:
            return
        producer, self._producer = self._producer, None
        await _end(producer)

    async def _in_batches(self, records: Sequence[Outgoing]) -> list[Outgoing]:
        """Send records by the batch; returns what a batch that was refused held back.

        The writer bounds their size, but the topic has the last word; one that it
        refuses must not stop the rest.
        """
        async with asyncio.timeout(UNKNOWN_AFTER):
            producer = await self._connected()
            partitions = await self._partitions(producer)
            places: defaultdict[int, list[Outgoing]] = defaultdict(list)
            for record in records:
                places[kafka.partition_of(record.key, partitions, ())].append(record)
            results = await asyncio.gather(
                *(self._to(place, here, producer) for place, here in places.items()),
                return_exceptions=True,
            )
        left: list[Outgoing] = []
        for result in results:
            if isinstance(result, BaseException):
                raise result
            left += result
        return left

    async def _partitions(self, producer: AIOKafkaProducer) -> list[int]:
        try:
            async with asyncio.timeout(KNOWN_WITHIN):
                return sorted(await producer.partitions_for(self._topic))
        except TimeoutError:
            raise UnknownTopicOrPartitionError(self._topic) from None

    async def _to(
        self, partition: int, records: Sequence[Outgoing], producer: AIOKafkaProducer
    ) -> Sequence[Outgoing]:
        """Send records to a partition, one batch after the other.

        Returns those of a batch that is refused and all that come after it.
        """
        while records:
            batch = producer.create_batch()
            fits = sum(1 for _ in takewhile(partial(_append, batch), records))
            try:
                await (
                    await producer.send_batch(batch, self._topic, partition=partition)
                )
            except MessageSizeTooLargeError:
                return records
            self._metrics.sent.labels(self._topic).inc(fits)
            records = records[fits:]
        return records

    async def _alone(self, record: Outgoing) -> bool:
        """Send a record by itself: the one that is too large fails its whole batch.

        A refusal leaves a gap in the producer's sequence: whatever follows in that
        partition is refused as well, until there is a new producer.
        """
        async with asyncio.timeout(UNKNOWN_AFTER):
            producer = await self._connected()
            try:
                await producer.send_and_wait(
                    record.topic, record.value, record.key, headers=record.headers
                )
            except MessageSizeTooLargeError as error:
                logger.critical("a record is too large", extra={"topic": self._topic})
                self._count(error)
                await self.close()
                return False
        self._metrics.sent.labels(self._topic).inc()
        return True

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = self._make_producer()
            try:
                await producer.start()
            except BaseException:
                await _end(producer)
                raise
            self._producer = producer
        return self._producer

    def _count(self, error: Exception) -> None:
        self._metrics.relay_errors.labels(self._topic, type(error).__name__).inc()


async def _end(producer: AIOKafkaProducer) -> None:
    with contextlib.suppress(Exception):
        async with asyncio.timeout(FLUSH_SECONDS):
            await producer.stop()
            return
    # Cut short, it would go on sending, for ever: idempotent batches never expire.
    for end in (producer._sender.close, producer.client.close):  # noqa: SLF001  nothing public ends it
        with contextlib.suppress(Exception):
            async with asyncio.timeout(END_SECONDS):
                await end()
    # Its flush still waits for what nobody sends any more.
    producer._message_accumulator.fail_all(ProducerClosed())  # noqa: SLF001  as above


def _append(batch: BatchBuilder, record: Outgoing) -> bool:
    """Put a record into a batch; False where it is full. The first one always fits."""
    added = batch.append(
        timestamp=None, key=record.key, value=record.value, headers=record.headers
    )
    return added is not None
