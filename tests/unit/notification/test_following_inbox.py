"""A stream shows what arrives, in order, once, and ends at a stop."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from folkmoot_notification.domain.notifications import Notification
from folkmoot_notification.domain.readers import Reader
from folkmoot_notification.use_cases.follow_inbox import CHUNK, FollowInbox
from typing_extensions import override

from tests.support.notification_fakes import FakeNotifications, FakeTransaction
from tests.support.notification_samples import a_notification, a_reader
from tests.support.tagged_items import an_item

GRACE = a_reader()
NEVER = 60.0


async def arrive(inbox: FakeNotifications, *items: str, **changes: object) -> None:
    new = [a_notification(item=an_item(item, **changes)) for item in items]
    await inbox.write(new, (), {}, FakeTransaction())


@asynccontextmanager
async def following(
    inbox: FakeNotifications, pause: float = NEVER
) -> AsyncIterator[FollowInbox]:
    follow = FollowInbox(inbox, pause)
    running = asyncio.create_task(follow.run())
    yield follow
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def next_of(stream: AsyncIterator[Notification | None]) -> int | None:
    async with asyncio.timeout(5):
        one = await anext(stream)
    return one.position if one else None


async def test_a_stream_goes_on_from_a_position() -> None:
    inbox = FakeNotifications()
    await arrive(inbox, *(f"itm_{n}" for n in range(CHUNK + 5)))
    async with following(inbox) as follow:
        stream = follow.stream(GRACE, 2, NEVER)
        seen = [await next_of(stream) for _ in range(CHUNK + 3)]

    assert seen == list(range(3, CHUNK + 6))


async def test_what_this_replica_wrote_is_shown_at_once() -> None:
    inbox = FakeNotifications()
    await arrive(inbox, "itm_1")
    async with following(inbox) as follow:
        stream = follow.stream(GRACE, None, NEVER)
        waiting = asyncio.create_task(next_of(stream))
        await asyncio.sleep(0)
        await arrive(inbox, "itm_2")
        follow.wake({"grace", "ada"})

        assert await waiting == 2


async def test_what_another_replica_wrote_is_found() -> None:
    inbox = FakeNotifications()
    async with following(inbox, pause=0.01) as follow:
        stream = follow.stream(GRACE, None, NEVER)
        waiting = asyncio.create_task(next_of(stream))
        await asyncio.sleep(0)
        await arrive(inbox, "itm_1")

        assert await waiting == 1


async def test_silence_is_told() -> None:
    async with following(FakeNotifications()) as follow:
        assert await next_of(follow.stream(GRACE, None, 0.01)) is None


class Counting(FakeNotifications):
    """Counts how often a stream looks for what is new."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.read = asyncio.Event()

    @override
    async def after(
        self, reader: Reader, position: int, limit: int
    ) -> Sequence[Notification]:
        self.asked += 1
        self.read.set()
        return await super().after(reader, position, limit)


async def test_what_is_hidden_is_passed_over_without_spinning() -> None:
    inbox = Counting()
    async with following(inbox, pause=0.01) as follow:
        stream = follow.stream(GRACE, 0, NEVER)
        waiting = asyncio.create_task(next_of(stream))
        await asyncio.sleep(0)
        await arrive(inbox, "itm_1", visibility=("person:ada",))
        while inbox.asked < 2:
            async with asyncio.timeout(5):
                await inbox.read.wait()
            inbox.read.clear()
        await arrive(inbox, "itm_2")

        assert await waiting == 2
        assert inbox.asked <= 5


async def test_a_stop_ends_every_stream() -> None:
    async with following(FakeNotifications()) as follow:
        stream = follow.stream(GRACE, None, NEVER)
        waiting = asyncio.create_task(anext(stream, "the end"))
        await asyncio.sleep(0)

        await follow.close()

        async with asyncio.timeout(5):
            assert await waiting == "the end"
