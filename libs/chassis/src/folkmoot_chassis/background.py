"""Tasks that run beside the consumer, started again when they fail."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from folkmoot_chassis.retry import Backoff

logger = logging.getLogger(__name__)

Task = Callable[[], Awaitable[None]]


async def supervise(name: str, task: Task, backoff: Backoff | None = None) -> None:
    """Run a task until cancelled; one that raises or returns is started again."""
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
        if asyncio.get_running_loop().time() - started > waits.cap:
            attempt = 0
        attempt += 1
        await asyncio.sleep(waits.wait(attempt))
