"""Keep the compiled subscriptions in step with the store, across replicas."""

import asyncio
import logging
import time
from collections.abc import Callable

from folkmoot_query import QueryError

from folkmoot_notification.domain.matcher import UnanchoredError
from folkmoot_notification.domain.standing import Standing
from folkmoot_notification.ports import OVERLAP, Changes, Mark, Subscriptions

LOG = logging.getLogger(__name__)

SETTLED = 2 * OVERLAP.total_seconds()
"""Seconds after which the newest changes are looked at no more."""


class FollowStanding:
    """Take up what any replica stored, every `pause` seconds and when asked to.

    `elapsed` tells the seconds since whenever; they never go back.
    """

    def __init__(
        self,
        subscriptions: Subscriptions,
        standing: Standing,
        pause: float,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._subscriptions = subscriptions
        self._standing = standing
        self._pause = pause
        self._elapsed = elapsed
        self._mark = Mark()
        self._moved = elapsed()
        self._one_at_a_time = asyncio.Lock()

    async def refresh(self) -> None:
        """Take up what changed since the last time; everything at the first.

        What was stored before this was called is known when it returns.
        """
        async with self._one_at_a_time:
            asked = self._elapsed()
            changes = await self._subscriptions.changes(self._mark)
            self._take_up(changes)
            self._go_on_from(changes, asked)

    async def catch_up(self) -> Standing:
        """Refresh, and return what everybody waits for."""
        await self.refresh()
        return self._standing

    def _take_up(self, changes: Changes) -> None:
        for reader in changes.readers:
            try:
                self._standing.know(reader)
            except QueryError:
                LOG.exception("reader %s cannot be followed", reader.person)
        for key in changes.dropped:
            self._standing.drop(key)
        for subscription in changes.subscriptions:
            try:
                self._standing.add(subscription)
            except (QueryError, UnanchoredError):
                # Written by a version with another language: keep matching the others.
                LOG.exception("subscription %s cannot be read", subscription.id)

    def _go_on_from(self, changes: Changes, asked: float) -> None:
        """Leave the newest changes behind once none as old can come up any more."""
        if changes.mark != self._mark:
            self._mark, self._moved = changes.mark, self._elapsed()
        elif changes and asked - self._moved > SETTLED:
            self._mark = self._mark.settled()

    async def run(self) -> None:
        """Refresh until cancelled."""
        while True:
            await asyncio.sleep(self._pause)
            await self.refresh()
