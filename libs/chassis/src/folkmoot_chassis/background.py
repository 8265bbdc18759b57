"""Tasks that are begun again when they fail: for ever, or until they were done once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from folkmoot_chassis.retry import Backoff

logger = logging.getLogger(__name__)

Task = Callable[[], Awaitable[None]]

LASTING = 1.0
"""Seconds after which a task has worked: what fails it then is something new.

With longer ones, a few failovers in a row would each cost more than the one before.
"""


async def supervise(
    name: str, task: Task, backoff: Backoff | None = None, lasting: float = LASTING
) -> None:
    """Run a task until cancelled; one that raises or returns is started again.

    The waits grow while it fails before it has run for `lasting` seconds.
    """
    waits = backoff or Backoff(base=0.2, cap=10.0)
    attempt = 0
    while True:
        started = asyncio.get_running_loop().time()
        try:
            await task()
            logger.warning("background task %s returned", name)
        except Exception as error:
            logger.exception(
                "background task %s failed: %s", name, type(error).__name__
            )
        if asyncio.get_running_loop().time() - started >= lasting:
            attempt = 0
        attempt += 1
        await asyncio.sleep(waits.wait(attempt))


async def persist(task: Task, stopping: asyncio.Event) -> None:
    """Do what must be done before going on, for as long as it takes or until a stop."""
    waits = Backoff(base=0.2)
    attempt = 0
    while not stopping.is_set():
        try:
            return await task()
        except Exception as error:  # noqa: BLE001  any failure may pass
            attempt += 1
            logger.warning(
                "cannot start yet: %s: %s", type(error).__name__, str(error)[:300]
            )
        await asyncio.sleep(waits.wait(attempt))
    return None
