"""The relay: publishes what the outbox holds, and forgets it once Kafka has it."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from folkmoot_chassis.background import supervise
from folkmoot_chassis.leases import Leases
from folkmoot_chassis.metrics import Metrics
from folkmoot_chassis.outbox import Outbox, Pack
from folkmoot_chassis.publisher import KNOWN_WITHIN, Publisher
from folkmoot_chassis.telemetry import Telemetry
from folkmoot_chassis.topic_relay import TopicRelay

LASTING = 2 * KNOWN_WITHIN
"""Seconds after which a topic has taken records: a missing one is asked for less often
each time."""

STEP_SECONDS = 5.0
"""How long each step of a stop may take."""


class Relay:
    """Moves records from the outbox to Kafka, at least once.

    Each topic goes its own way: one that takes no records holds up no other.
    """

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
        self._topics: dict[str, TopicRelay] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def offer(self, packs: Sequence[Pack]) -> None:
        """Publish what this process has just committed, without reading it back."""
        for pack in packs:
            self._of(pack.topic).offer(pack)

    async def keep_leases(self, every: float) -> None:
        """Renew the shards of this replica for as long as it runs."""
        while True:
            held = await self._leases.renew()
            gained = set(held) - set(self._outbox.held)
            self._outbox.held = held
            if gained:
                for topic in self._topics.values():
                    topic.fall_behind(gained)
                await self._look()
            await asyncio.sleep(every)

    async def run(self) -> None:
        """Look again and again for what others have committed, or an earlier life."""
        while True:
            await self._look()
            await asyncio.sleep(self._poll)

    async def stop(self) -> None:
        """Publish what is left, give the shards back, and let Kafka go."""
        topics = self._topics.values()
        await _within(STEP_SECONDS, [topic.finish() for topic in topics])
        self.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await _within(STEP_SECONDS, [topic.drain() for topic in topics])
        self._outbox.held = ()
        await _within(STEP_SECONDS, [self._leases.release()])
        await self.close()

    def cancel(self) -> None:
        """Publish no more, whatever is in hand."""
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        """Let all connections to Kafka go."""
        await asyncio.gather(*(topic.close() for topic in self._topics.values()))

    async def _look(self) -> None:
        for name in await self._outbox.topics():
            self._of(name).fall_behind()

    def _of(self, name: str) -> TopicRelay:
        topic = self._topics.get(name)
        if topic is None:
            publisher = Publisher(
                name, self._make_producer, self._telemetry, self._metrics
            )
            topic = TopicRelay(name, self._outbox, publisher, self._metrics)
            self._topics[name] = topic
            running = supervise(f"relay of {name}", topic.run, lasting=LASTING)
            self._tasks.append(asyncio.create_task(running))
        return topic


async def _within(seconds: float, works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do what can be done in a time, whatever fails."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.gather(*works, return_exceptions=True)
