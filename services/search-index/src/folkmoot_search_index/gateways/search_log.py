"""Events about searches, told in batches so that no answer waits for the store.

What was noted in the last second before a kill is lost: it is a statistic, and who
asked is in none of it.
"""

import asyncio
from contextlib import suppress
from typing import Final

from folkmoot_chassis.traces import current_traceparent
from folkmoot_chassis.transactions import Transaction, Transactor
from folkmoot_events import Event

EVERY: Final = 1.0
"""Seconds between two transactions."""

MOST: Final = 10_000
"""Events that may wait; more are dropped, so that a lasting outage costs no memory."""


class BatchedSearchLog:
    """Keeps events in memory until a background task has stored them."""

    def __init__(self, transactor: Transactor) -> None:
        self._transactor = transactor
        self._waiting: list[tuple[Event, str]] = []

    def add(self, event: Event) -> None:
        """Take an event without waiting."""
        if len(self._waiting) < MOST:
            self._waiting.append((event, current_traceparent()))

    async def run(self) -> None:
        """Store what waits, every second; cancelled, once more."""
        try:
            while True:
                await asyncio.sleep(EVERY)
                await self.flush()
        except asyncio.CancelledError:
            # Another error here would hide the cancellation, and the task live on.
            with suppress(Exception):
                await self.flush()
            raise

    async def flush(self) -> None:
        """Store what waits in one transaction; what fails waits on."""
        taken = list(self._waiting)
        if not taken:
            return

        async def publish(transaction: Transaction) -> None:
            for event, traceparent in taken:
                transaction.publish(event, traceparent=traceparent)

        await self._transactor.run(publish)
        del self._waiting[: len(taken)]


class NoSearchLog:
    """Forgets at once, where searches are not to be told of."""

    def add(self, event: Event) -> None:
        """Forget an event."""
