"""Show a person what arrives, as it arrives."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection

from folkmoot_notification.domain.notifications import Notification
from folkmoot_notification.domain.readers import Reader
from folkmoot_notification.ports import Notifications

CHUNK = 100


class FollowInbox:
    """Follows the inboxes of all who are connected to this replica.

    One look at the last positions serves everybody, every `pause` seconds, for what
    other replicas wrote; what this one wrote is seen at once.
    """

    def __init__(self, notifications: Notifications, pause: float) -> None:
        self._notifications = notifications
        self._pause = pause
        self._connected: Counter[str] = Counter()
        self._last: dict[str, int] = {}
        self._changed = asyncio.Condition()
        self._wake = asyncio.Event()
        self._closed = False

    def wake(self, people: Collection[str]) -> None:
        """Look at once, if any of these people is connected."""
        if not self._connected.keys().isdisjoint(people):
            self._wake.set()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self._wake.clear()
            await self._look()
            await self._rest()

    async def close(self) -> None:
        """End everybody's stream, for good."""
        self._closed = True
        async with self._changed:
            self._changed.notify_all()

    async def stream(
        self, reader: Reader, position: int | None, heartbeat: float
    ) -> AsyncIterator[Notification | None]:
        """Yield what comes after a position (None: from now on), in order.

        Yields None when nothing came for `heartbeat` seconds. Ends when this replica
        stops; go on from the last position elsewhere.
        """
        person = reader.person
        if position is None:
            position = (await self._notifications.positions([person]))[person]
        self._connected[person] += 1
        try:
            while not self._closed:
                last = self._last.get(person, 0)
                chunk = await self._notifications.after(reader, position, CHUNK)
                for notification in chunk:
                    yield notification
                    position = notification.position
                if chunk:
                    continue
                # What is hidden from the reader takes positions too.
                position = max(position, last)
                if not await self._beyond(person, position, heartbeat):
                    yield None
        finally:
            self._leave(person)

    async def _beyond(self, person: str, position: int, seconds: float) -> bool:
        """Wait till something is beyond a position; False when nothing came."""

        def beyond() -> bool:
            return self._closed or self._last.get(person, 0) > position

        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(beyond)
        except TimeoutError:
            return False
        return True

    async def _look(self) -> None:
        people = list(self._connected)
        if not people:
            return
        found = await self._notifications.positions(people)
        if found.items() <= self._last.items():
            return
        self._last.update(found)
        async with self._changed:
            self._changed.notify_all()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._pause):
                await self._wake.wait()
        except TimeoutError:
            return

    def _leave(self, person: str) -> None:
        self._connected[person] -= 1
        if not self._connected[person]:
            del self._connected[person]
            self._last.pop(person, None)
