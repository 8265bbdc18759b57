"""How far the consumer is behind, in records and in seconds, and whether it moves."""

import asyncio
import time
from collections.abc import Callable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from folkmoot_chassis.metrics import Metrics


class LagMonitor:
    """Asks the broker for the ends of the assigned partitions, now and then.

    The broker's word is needed: a wedged fetcher (aio-libs/aiokafka#625, #847) does not
    know that it is behind.
    """

    def __init__(
        self, client: Callable[[], AIOKafkaConsumer | None], metrics: Metrics
    ) -> None:
        self._client = client
        self._metrics = metrics
        self._caught_up: dict[TopicPartition, float] = {}
        self.records = 0

    async def run(self, every: float = 5.0) -> None:
        """Measure until cancelled."""
        while True:
            await asyncio.sleep(every)
            consumer = self._client()
            if consumer is not None:
                try:
                    await asyncio.wait_for(self._measure(consumer), 10)
                except (KafkaError, TimeoutError):
                    continue

    async def _measure(self, consumer: AIOKafkaConsumer) -> None:
        assigned = consumer.assignment()
        if not assigned:
            self.records = 0
            return
        ends = await consumer.end_offsets(list(assigned))
        now = time.monotonic()
        total = 0
        for partition, end in ends.items():
            done = await consumer.committed(partition) or await _start(
                consumer, partition
            )
            behind = max(0, end - done)
            if not behind:
                self._caught_up[partition] = now
            since = self._caught_up.setdefault(partition, now)
            labels = (partition.topic, str(partition.partition))
            self._metrics.lag_records.labels(*labels).set(behind)
            self._metrics.lag_seconds.labels(*labels).set(now - since)
            total += behind
        self.records = total


async def _start(consumer: AIOKafkaConsumer, partition: TopicPartition) -> int:
    starts = await consumer.beginning_offsets([partition])
    return int(starts[partition])
