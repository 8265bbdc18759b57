"""What a running service measures of itself, for health and for metrics."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol

from folkmoot_chassis.consumer import Consumer
from folkmoot_chassis.dead_letters import topic_of
from folkmoot_chassis.decoding import Route
from folkmoot_chassis.health import Health
from folkmoot_chassis.lag import LagMonitor
from folkmoot_chassis.metrics import Metrics
from folkmoot_chassis.mongo import Database
from folkmoot_chassis.outbox import Outbox
from folkmoot_chassis.settings import ServiceSettings

EVERY = 2.0
"""Seconds between looks at the event loop."""

OUTBOX_EVERY = 5.0
"""Seconds between looks at the outbox; each passes over what was deleted lately."""


class Measured(Protocol):
    """What a service shows of itself."""

    name: str
    settings: ServiceSettings
    database: Database
    outbox: Outbox
    metrics: Metrics

    @property
    def routes(self) -> Mapping[str, Route]:
        """What is consumed, by topic."""
        ...


class Probes:
    """The checks behind the health endpoints and the gauges beside them."""

    def __init__(self, service: Measured, consumer: Consumer | None) -> None:
        self._service = service
        self._consumer = consumer
        self.lag = LagMonitor(consumer, service.metrics)

    def install(self, health: Health) -> None:
        """Let the health endpoints ask."""
        health.ready["mongodb"] = self._mongodb
        if self._consumer:
            health.alive["consumer"] = self._consumer_moves
            health.ready["group"] = self._joined
            health.told["kafka"] = self._kafka
            health.told["fuse"] = self._fuse

    async def turn(self) -> None:
        """Tell how late the event loop is until cancelled.

        One that is blocked answers no probe: that restarts it.
        """
        while True:
            before = time.monotonic()
            await asyncio.sleep(EVERY)
            lag = max(0.0, time.monotonic() - before - EVERY)
            self._service.metrics.loop_lag.set(lag)

    async def run(self) -> None:
        """Keep the gauges of the outbox fresh until cancelled."""
        metrics, outbox = self._service.metrics, self._service.outbox
        while True:
            await asyncio.sleep(OUTBOX_EVERY)
            depth, since = await outbox.waiting()
            metrics.outbox_depth.set(depth)
            age = (datetime.now(UTC) - since).total_seconds() if since else 0.0
            metrics.outbox_age.set(max(0.0, age))

    async def _mongodb(self) -> str | None:
        await self._service.database.command("ping")
        return None

    async def _joined(self) -> str | None:
        """Ready once the group has assigned something, and from then on.

        A release that cannot reach Kafka must not replace one that could.
        """
        joined = self._consumer is None or self._consumer.assignments.received
        return None if joined else "it has not joined its consumer group yet"

    async def _kafka(self) -> str | None:
        client = self._consumer.client if self._consumer else None
        if client is None:
            return "not connected"
        # Raises where no broker answers; FastStream's own ping needs its producer.
        missing = self._needed() - await client.topics()
        return f"no topic {', '.join(sorted(missing))}" if missing else None

    def _needed(self) -> set[str]:
        """Return what is read, and what would be missed only once a record is bad."""
        read = self._service.routes
        return {*read, *(topic_of(topic, self._service.name) for topic in read)}

    async def _fuse(self) -> str | None:
        blown = self._consumer.blown() if self._consumer else {}
        return "; ".join(f"{topic}: {why}" for topic, why in blown.items()) or None

    async def _consumer_moves(self) -> str | None:
        """Dead: there is lag, nothing is paused, and no batch was begun or ended.

        Or nobody keeps the consumer in its group any more.
        """
        consumer = self._consumer
        if consumer and consumer.abandoned():
            return "its connection to the group has ended"
        if consumer is None or self.lag.records == 0 or consumer.blown():
            return None
        return await consumer.progress.check()
