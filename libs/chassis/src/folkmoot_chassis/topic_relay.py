"""The relay of one topic: round after round, from the outbox to Kafka."""

import asyncio
import time
from collections.abc import Collection

from folkmoot_chassis import failpoints
from folkmoot_chassis.backlog import Backlog
from folkmoot_chassis.metrics import Metrics
from folkmoot_chassis.outbox import Outbox, Pack
from folkmoot_chassis.publisher import Publisher

APART = 0.025
"""Seconds from the start of a round to the next: what is committed in quick succession
is published, fetched and forgotten together."""


class TopicRelay:
    """Moves the records of one topic from the outbox to Kafka, oldest first."""

    def __init__(
        self, topic: str, outbox: Outbox, publisher: Publisher, metrics: Metrics
    ) -> None:
        self._outbox = outbox
        self._publisher = publisher
        self._metrics = metrics
        self._backlog = Backlog(outbox, topic)
        self._awake = asyncio.Event()
        self._under_way = asyncio.Lock()

    def offer(self, pack: Pack) -> None:
        """Publish what this process has just committed."""
        self._backlog.offer(pack)
        self._awake.set()

    def fall_behind(self, gained: Collection[int] = ()) -> None:
        """Look into the outbox, where others may have left something."""
        self._backlog.fall_behind(gained)
        self._awake.set()

    async def run(self) -> None:
        """Publish until cancelled; raises what has failed a round."""
        while True:
            self._awake.clear()
            began = time.monotonic()
            async with self._under_way:
                published = await self._round()
            if published:
                spent = time.monotonic() - began
                await asyncio.sleep(max(0.0, APART - spent))
            else:
                await self._awake.wait()

    async def finish(self) -> None:
        """Wait for the round in hand and begin no other: cut short, it would repeat."""
        await self._under_way.acquire()

    async def drain(self) -> None:
        """After `finish`: publish what is left."""
        self._backlog.fall_behind()
        while await self._round():
            pass

    async def close(self) -> None:
        """Let the connections to Kafka go."""
        await self._publisher.close()

    async def _round(self) -> bool:
        """Publish one round; tell whether there was anything to publish."""
        packs = await self._backlog.take() if self._outbox.held else ()
        if not packs:
            return False
        started = time.monotonic()
        try:
            failpoints.hit("relay.before_publish")
            records = [record for pack in packs for record in pack.records]
            refused = await self._publisher.publish(records)
            failpoints.hit("relay.after_publish")
            if refused:
                await self._outbox.park(refused, packs[0].created)
            await self._outbox.remove([pack.id for pack in packs])
        except Exception:
            self._backlog.fall_behind()
            raise
        failpoints.hit("relay.after_remove")
        self._metrics.send_duration.observe(time.monotonic() - started)
        return True
