"""How far the consumer is behind, in records and in seconds, and whether it moves."""

import asyncio
import time
from collections import deque
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from folkmoot_chassis.consumer import Consumer
from folkmoot_chassis.metrics import Metrics

POSITION_SECONDS = 1.0

SPARSE = 16
"""A mark is set after this share of the time that the consumer is behind."""


class Abreast:
    """Knows when a reader that stands at an offset now was where the end was then.

    A busy partition is never read to its end, and its reader is not behind for that.
    So marks are set at the end, and passed; few of them, however far it is behind.
    """

    def __init__(self, now: float) -> None:
        self._at = now
        self._marks: deque[tuple[float, int]] = deque()

    def seconds(self, now: float, position: int, end: int) -> float:
        """Return how long ago `position` was the end; 0 where it is."""
        if position >= end:
            self._marks.clear()
            self._at = now
        while self._marks and self._marks[0][1] <= position:
            self._at = self._marks.popleft()[0]
        behind = now - self._at
        if position < end and (
            not self._marks or now - self._marks[-1][0] >= behind / SPARSE
        ):
            self._marks.append((now, end))
        return behind


class LagMonitor:
    """Asks the broker for the ends of the assigned partitions, now and then.

    The broker's word is needed: a wedged fetcher (aio-libs/aiokafka#625, #847) does not
    know that it is behind. Lag is counted from where the consumer reads on, not from
    its last commit: that never reaches an end of transaction markers or of records
    which their retention removed.
    """

    def __init__(self, consumer: Consumer | None, metrics: Metrics) -> None:
        self._consumer = consumer
        self._metrics = metrics
        self._abreast: dict[TopicPartition, Abreast] = {}
        self.records = 0

    async def run(self, every: float = 5.0) -> None:
        """Measure until cancelled."""
        while True:
            await asyncio.sleep(every)
            if self._consumer and self._consumer.client:
                try:
                    async with asyncio.timeout(10):
                        await self._measure(self._consumer.client)
                except (KafkaError, TimeoutError):
                    # A broker that is away is no reason to start this process anew.
                    self.records = 0

    async def _measure(self, client: AIOKafkaConsumer) -> None:
        assigned = client.assignment()
        self._forget(self._abreast.keys() - assigned)
        ends = await client.end_offsets(list(assigned)) if assigned else {}
        now = time.monotonic()
        total = self._consumer.in_hand if self._consumer else 0
        for partition, end in ends.items():
            position = await _position(client, partition)
            behind = max(0, end - position)
            abreast = self._abreast.setdefault(partition, Abreast(now))
            seconds = abreast.seconds(now, position, end)
            labels = (partition.topic, str(partition.partition))
            self._metrics.lag_records.labels(*labels).set(behind)
            self._metrics.lag_seconds.labels(*labels).set(seconds)
            total += behind
        self.records = total

    def _forget(self, revoked: Iterable[TopicPartition]) -> None:
        """Leave partitions to the replica that has them now."""
        for partition in list(revoked):
            del self._abreast[partition]
            labels = (partition.topic, str(partition.partition))
            self._metrics.lag_records.remove(*labels)
            self._metrics.lag_seconds.remove(*labels)


async def _position(client: AIOKafkaConsumer, partition: TopicPartition) -> int:
    """Return the next offset to be read; the last commit where there is none yet."""
    try:
        return int(await asyncio.wait_for(client.position(partition), POSITION_SECONDS))
    except TimeoutError:
        committed = await client.committed(partition)
    if committed is not None:
        return int(committed)
    starts = await client.beginning_offsets([partition])
    return int(starts[partition])
