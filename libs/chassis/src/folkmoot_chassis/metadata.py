"""Keep aiokafka's clients looking for brokers, whatever goes wrong meanwhile."""
# ruff: noqa: SLF001  there is no public way to look after that task

import asyncio
import logging
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.util import create_future

logger = logging.getLogger(__name__)

PAUSE = 0.1
"""Seconds between a failure and the next look."""

_synchronise = AIOKafkaClient._md_synchronizer


def keep_metadata_fresh() -> None:
    """Start a client's look for brokers anew when it fails.

    aiokafka starts the task once and never looks at it again. An exception in it, seen
    while a broker comes and goes, ends it without a word: whoever asks for metadata
    then waits for ever, a commit of offsets among them.
    """
    AIOKafkaClient._md_synchronizer = _persist


async def _persist(client: Any) -> None:  # noqa: ANN401  aiokafka is untyped
    while True:
        try:
            await _synchronise(client)
        except Exception as error:  # noqa: BLE001  whichever it is, look again
            logger.warning("a look for brokers failed: %r", error)
        waiting, client._md_update_fut = client._md_update_fut, None
        if waiting and not waiting.done():
            waiting.set_result(False)
        client._md_update_waiter = create_future()
        await asyncio.sleep(PAUSE)
