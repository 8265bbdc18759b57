"""Take due deliveries and attempt them, many at a time."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from folkmoot_notification.domain.deliveries import Delivery
from folkmoot_notification.ports import Clock, Deliveries
from folkmoot_notification.use_cases.send_webhook import SendWebhook
from folkmoot_notification.use_cases.settle_deliveries import SettleDeliveries

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How many requests at a time; `lease` outlasts a request, `pause` is idle time."""

    at_once: int = 64
    per_endpoint: int = 4
    lease: timedelta = timedelta(seconds=20)
    pause: float = 0.5


class DeliverWebhooks:
    """Delivers what is due until cancelled; what is under way then is finished.

    A delivery is leased before it is sent and settled after. A crash in between leaves
    the lease to run out, so that the message is sent a second time, with the same id.
    """

    def __init__(
        self,
        deliveries: Deliveries,
        send: SendWebhook,
        settle: SettleDeliveries,
        clock: Clock,
        pace: Pace,
    ) -> None:
        self._deliveries = deliveries
        self._send = send
        self._settle = settle
        self._clock = clock
        self._pace = pace
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: Counter[str] = Counter()
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look for due deliveries at once."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        try:
            while True:
                self._wake.clear()
                if not await self.deliver_due():
                    await self._rest()
        finally:
            await asyncio.gather(*self._tasks)

    async def deliver_due(self) -> int:
        """Begin as many due deliveries as the pace allows; return how many."""
        free = self._pace.at_once - len(self._tasks)
        if free <= 0:
            return 0
        now = self._clock.now()
        full = [e for e, n in self._busy.items() if n >= self._pace.per_endpoint]
        due = await self._deliveries.due(now, 4 * free, full)
        chosen = self._choose(due, free)
        if not chosen:
            return 0
        until = now + self._pace.lease
        leased = await self._deliveries.lease(chosen, now, until)
        for delivery in leased:
            self._begin(delivery)
        return len(leased)

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _choose(self, due: Sequence[Delivery], free: int) -> list[str]:
        planned = self._busy.copy()
        chosen: list[str] = []
        for delivery in due:
            if planned[delivery.endpoint_id] < self._pace.per_endpoint:
                planned[delivery.endpoint_id] += 1
                chosen.append(delivery.id)
        return chosen[:free]

    def _begin(self, delivery: Delivery) -> None:
        self._busy[delivery.endpoint_id] += 1
        task = asyncio.create_task(self._attempt(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _attempt(self, delivery: Delivery) -> None:
        try:
            answer = await self._send(delivery)
            await self._settle(delivery, answer)
        except Exception:
            LOG.exception("delivery %s waits for its lease to end", delivery.id)
        finally:
            self._busy[delivery.endpoint_id] -= 1
            self._busy += Counter()  # forgets endpoints that are at zero
            self._wake.set()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._pace.pause):
                await self._wake.wait()
        except TimeoutError:
            return
