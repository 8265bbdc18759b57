"""What is done to the parts of a Folkmoot, and how long it takes to recover."""

import asyncio
import contextlib
import random
import signal
import time
from collections.abc import AsyncIterator

import httpx

from tests.support.chaos_effects import searchable
from tests.support.chaos_load import Load
from tests.support.chaos_moot import Moot, Trial
from tests.support.conditions import until

PARTS = ("kafka", "mongod", "ingest", "tagging", "search-index", "notification")
RECOVERY_SECONDS = 30.0


def dice(*named: object) -> random.Random:
    """Return dice that fall the same way each time they are named so."""
    return random.Random(" ".join(map(str, named)))  # noqa: S311  repeatable


async def pause(seconds: float) -> None:
    """Let a fault last: how long it does is part of it."""
    await asyncio.sleep(seconds)


async def some_more(load: Load, count: int, seconds: float = 60) -> None:
    """Return once so many more events were acknowledged."""
    goal = load.acknowledged + count

    async def acknowledged() -> bool:
        return load.acknowledged >= goal

    await until(acknowledged, seconds=seconds)


@contextlib.asynccontextmanager
async def frozen(moot: Moot, name: str) -> AsyncIterator[None]:
    """Stop a part in its tracks for as long as the block lasts."""
    moot.part(name).signal(signal.SIGSTOP)
    try:
        yield
    finally:
        moot.part(name).signal(signal.SIGCONT)


async def recovery(moot: Moot, trial: Trial, load: Load) -> float:
    """Return the seconds until an item that is published now can be found.

    Call it when the part that failed is back. What waited meanwhile goes first.
    """
    began = time.monotonic()
    item = await load.once()
    places = moot.places(trial.book.word)

    async def found() -> bool:
        try:
            return item in await searchable(places, trial.book)
        except httpx.HTTPError:
            return False

    await until(found, seconds=2 * RECOVERY_SECONDS, every=0.1)
    return time.monotonic() - began
