"""The one consumer loop: a FastStream batch subscriber, acknowledged by hand.

FastStream's own policies lose records or read them again for ever: its default commits
before the handler, ACK commits after an error, NACK re-reads at once, and a header that
is no UTF-8 is skipped under every policy (ag2ai/faststream#2458). So its parser is
bypassed and offsets are committed here, after the effect.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaMessage

from folkmoot_chassis import failpoints
from folkmoot_chassis.dead_letters import RawRecord
from folkmoot_chassis.decoding import Decoded, Route, Undecodable, decode
from folkmoot_chassis.metrics import Metrics
from folkmoot_chassis.settings import ServiceSettings
from folkmoot_chassis.unit_of_work import Blown, Exhausted, UnitOfWork

logger = logging.getLogger(__name__)

RawBatch = tuple[RawRecord, ...]
REREAD_WAIT = 1.0
"""Seconds before a batch that would not settle is read again."""

IDLE_WAIT_MS = 1000
"""How long an idle consumer waits before it looks around."""

COMMIT_WAIT = 30.0
"""Seconds that a commit may take; the next one says its offsets, too."""


class Assignments(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """Knows whether the group has given this consumer its partitions.

    `owed` are the offsets that a commit without an answer yet is, or was, to say.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self.received = False
        self.owed: dict[TopicPartition, int] = {}

    async def on_partitions_revoked(self, revoked: object) -> None:
        """Owe nothing: whoever is given them next may have gone further by then."""
        del revoked
        self.owed = {}

    async def on_partitions_assigned(self, assigned: object) -> None:
        """Note that the group is whole; an empty share counts too."""
        del assigned
        self.received = True
        self._metrics.rebalances.inc()


class Consumer:
    """Reads batches and commits their offsets once they are settled."""

    def __init__(
        self,
        routes: Mapping[str, Route],
        unit_of_work: UnitOfWork,
        *,
        settings: ServiceSettings,
        metrics: Metrics,
    ) -> None:
        self._routes = routes
        self._unit = unit_of_work
        self._metrics = metrics
        self.assignments = Assignments(metrics)
        self.progress = unit_of_work.progress
        self.in_hand = 0
        self._settings = settings
        self._subscriber: Any = None

    def attach(self, broker: KafkaBroker, group: str) -> None:
        """Subscribe to every routed topic, in one group and one loop.

        One worker: with more, FastStream stops its consumers before their handlers
        have ended, and a rolling update handles records twice at once.
        """
        settings = self._settings
        subscriber = broker.subscriber(
            *self._routes,
            group_id=group,
            batch=True,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            # Others may publish in transactions; what they took back never happened.
            isolation_level="read_committed",
            group_instance_id=f"{group}-{settings.instance}",
            session_timeout_ms=int(settings.kafka_session_timeout * 1000),
            heartbeat_interval_ms=int(settings.kafka_session_timeout * 100),
            max_poll_interval_ms=300_000,
            listener=self.assignments,
            parser=_keep_raw,
            decoder=_hand_on,
            no_reply=True,
        )
        subscriber(self._on_batch)
        # Its own sleeps for as long again after each wait that brought nothing, and no
        # argument replaces it.
        subscriber.get_msg = self._next_batch  # type: ignore[method-assign]
        self._subscriber = subscriber

    @property
    def client(self) -> AIOKafkaConsumer | None:
        """The running Kafka consumer."""
        return self._subscriber.consumer if self._subscriber else None

    def abandoned(self) -> bool:
        """Tell whether a task that aiokafka starts once and never again has ended.

        The consumer then leaves its group, fetches nothing or finds no broker, all in
        silence.
        """
        client = self.client
        if client is None or self._unit.stopping.is_set():
            return False
        # There is no public way to ask.
        coordinator = client._coordinator  # noqa: SLF001
        tasks = (
            getattr(coordinator, "_coordination_task", None),
            getattr(client._fetcher, "_fetch_task", None),  # noqa: SLF001
            client._client._sync_task,  # noqa: SLF001
        )
        return any(task is not None and task.done() for task in tasks)

    def blown(self) -> dict[str, str]:
        """Return the paused topics and why."""
        fuses = self._unit.fuses
        return {topic: fuse.blown for topic, fuse in fuses.items() if fuse.blown}

    async def _next_batch(self, consumer: AIOKafkaConsumer) -> RawBatch:
        """Return records as soon as there are some; none after a while without any."""
        found = await consumer.getmany(
            timeout_ms=IDLE_WAIT_MS, max_records=self._settings.batch_max_records
        )
        return tuple(chain(*found.values()))

    async def _on_batch(self, message: KafkaMessage) -> None:
        consumer = self.client
        if consumer is None:
            return
        started = time.monotonic()
        self.progress.stamp()
        self.in_hand = len(message.raw_message)
        try:
            records = self._hold_back(message.raw_message, consumer)
            if records and await self._settled(records, consumer):
                self._metrics.process_duration.observe(time.monotonic() - started)
                self._metrics.batch_size.observe(len(records))
        finally:
            self.in_hand = 0
            self.progress.stamp()
            # The message keeps what it was decoded to, which is itself. Thousands of
            # records in such cycles stop the service while they are collected.
            message.clear_cache()
        if len(message.raw_message) < self._settings.batch_max_records:
            # More is on its way meanwhile, and a batch costs far more than a record.
            spent = time.monotonic() - started
            await asyncio.sleep(max(0.0, self._settings.batch_linger - spent))

    async def _settled(
        self, records: Sequence[RawRecord], consumer: AIOKafkaConsumer
    ) -> bool:
        """Settle records and commit their offsets, or go back to them."""
        try:
            await self._unit.settle(*self._decode(records))
        except Blown:
            # The other topics' records come again too, and the inbox knows those that
            # took effect.
            _rewind(self._hold_back(records, consumer), consumer)
            return False
        except Exhausted as error:
            logger.warning("a batch is read again: %s", type(error.__cause__).__name__)
            await self._read_again(records, consumer)
            return False
        except Exception:
            logger.exception("a batch could not be settled and is read again")
            await self._read_again(records, consumer)
            return False
        failpoints.hit("consumer.before_ack")
        await _commit(consumer, records, self.assignments)
        failpoints.hit("consumer.after_ack")
        return True

    def _decode(
        self, records: Sequence[RawRecord]
    ) -> tuple[list[Decoded], list[Undecodable]]:
        batch: list[Decoded] = []
        bad: list[Undecodable] = []
        for topic, count in Counter(record.topic for record in records).items():
            self._metrics.consumed.labels(topic).inc(count)
        for record in records:
            decoded = decode(record, self._routes[record.topic])
            if isinstance(decoded, Decoded):
                batch.append(decoded)
            elif decoded is not None:
                bad.append(decoded)
        return batch, bad

    def _hold_back(
        self, records: Sequence[RawRecord], consumer: AIOKafkaConsumer
    ) -> Sequence[RawRecord]:
        """Pause the topics whose fuse has blown and return what may still be handled.

        A rebalance forgets a pause, so this is looked at with every batch.
        """
        blown = self.blown()
        for topic in self._routes:
            self._metrics.fuse_blown.labels(topic).set(topic in blown)
        if not blown:
            return records
        held = [record for record in records if record.topic in blown]
        for partition in consumer.assignment() - consumer.paused():
            if partition.topic in blown:
                consumer.pause(partition)
                logger.critical(
                    "consumption is paused: %s",
                    blown[partition.topic],
                    extra={"topic": partition.topic, "partition": partition.partition},
                )
        _rewind(held, consumer)
        return [record for record in records if record.topic not in blown]

    async def _read_again(
        self, records: Sequence[RawRecord], consumer: AIOKafkaConsumer
    ) -> None:
        _rewind(records, consumer)
        if not self._unit.stopping.is_set():
            await asyncio.sleep(REREAD_WAIT)


def _rewind(records: Sequence[RawRecord], consumer: AIOKafkaConsumer) -> None:
    """Go back to the first of some records in each of their partitions."""
    first: dict[TopicPartition, int] = {}
    for record in records:
        partition = TopicPartition(record.topic, record.partition)
        first[partition] = min(first.get(partition, record.offset), record.offset)
    for partition, offset in first.items():
        with contextlib.suppress(IllegalStateError):
            # It went to another member, which reads it from the last commit.
            consumer.seek(partition, offset)


async def _commit(
    consumer: AIOKafkaConsumer, records: Sequence[RawRecord], assignments: Assignments
) -> None:
    """Commit the offsets of a batch by name.

    A commit without offsets takes the whole present assignment, which a rebalance may
    have changed meanwhile (aio-libs/aiokafka#933). One that fails costs a redelivery,
    which the inbox recognises.
    """
    assigned = consumer.assignment()
    offsets = dict(assignments.owed)
    for record in records:
        # In each partition they are in order: the last one is the furthest.
        offsets[TopicPartition(record.topic, record.partition)] = record.offset + 1
    offsets = {place: last for place, last in offsets.items() if place in assigned}
    # From here on, so that a revocation meanwhile is not undone by a timeout.
    assignments.owed = offsets
    try:
        if offsets:
            # aiokafka tries for ever.
            async with asyncio.timeout(COMMIT_WAIT):
                await consumer.commit(offsets)
    except TimeoutError:
        logger.warning("a commit of offsets got no answer in %g s", COMMIT_WAIT)
        return
    except (CommitFailedError, IllegalStateError, KafkaError) as error:
        logger.warning("offsets were not committed: %s", type(error).__name__)
    assignments.owed = {}


async def _keep_raw(
    records: RawBatch, original: Callable[[RawBatch], Awaitable[KafkaMessage]]
) -> KafkaMessage:
    """Wrap a batch without looking into it; decoding is done record by record."""
    first: Any = records[0]
    message = await original((replace(first, headers=(), value=b""),))
    message.raw_message = records
    return message


async def _hand_on(message: KafkaMessage) -> KafkaMessage:
    return message
