"""A client that failed to look for brokers looks again, and nobody waits for ever."""

import asyncio
import contextlib
from typing import Any

import pytest
from folkmoot_chassis import metadata


class Client:
    """What aiokafka's client keeps of its look for brokers."""

    def __init__(self) -> None:
        self._md_update_fut: asyncio.Future[bool] | None = asyncio.Future()
        self._md_update_waiter: asyncio.Future[None] = asyncio.Future()


async def test_a_look_that_fails_is_followed_by_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = 0
    third = asyncio.Event()

    async def look(_client: Any) -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            third.set()
            await asyncio.Event().wait()
        raise ValueError

    monkeypatch.setattr(metadata, "_synchronise", look)
    monkeypatch.setattr(metadata, "PAUSE", 0.0)
    client = Client()
    waiting = client._md_update_fut  # noqa: SLF001  as aiokafka's own callers wait
    assert waiting
    task = asyncio.create_task(metadata._persist(client))  # noqa: SLF001  what is installed
    await asyncio.wait_for(third.wait(), 5)
    assert waiting.result() is False
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
