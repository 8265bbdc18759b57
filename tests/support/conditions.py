"""Wait for what must become true, and for no longer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(
    condition: Callable[[], Awaitable[T]], *, seconds: float = 10, every: float = 0.02
) -> T:
    """Ask until the answer is true in the sense of `if`, and return that answer.

    Raises TimeoutError, which names the condition, after some seconds.
    """
    answer = await condition()
    try:
        async with asyncio.timeout(seconds):
            while not answer:
                await asyncio.sleep(every)
                answer = await condition()
    except TimeoutError as error:
        name = getattr(condition, "__name__", repr(condition))
        raise TimeoutError(f"{name} was not so within {seconds:g} s") from error
    return answer
