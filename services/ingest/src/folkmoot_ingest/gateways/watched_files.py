"""Files that an operator may change while the service runs: keys and sources."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import TypeAdapter

from folkmoot_ingest.domain.api_keys import ApiKeys, KeyFile

logger = logging.getLogger(__name__)

T = TypeVar("T")

INTERVAL = 2.0
"""Seconds between looks at a file."""


class WatchedFile(Generic[T]):
    """The value of a file; the last good one where it was changed for the worse."""

    def __init__(
        self, path: Path | None, parse: Callable[[bytes], T], empty: T
    ) -> None:
        self._path = path
        self._parse = parse
        self._stamp: tuple[int, int] | None = None
        self.current = empty

    async def load(self) -> None:
        """Read the file if it changed. Raises OSError and ValueError."""
        if self._path is None:
            return
        status = await asyncio.to_thread(self._path.stat)
        stamp = (status.st_mtime_ns, status.st_size)
        if stamp != self._stamp:
            self.current = self._parse(await asyncio.to_thread(self._path.read_bytes))
            self._stamp = stamp
            logger.info("read %s", self._path.name)

    async def watch(self) -> None:
        """Read the file whenever it changes."""
        while True:
            await asyncio.sleep(INTERVAL)
            try:
                await self.load()
            except (OSError, ValueError) as error:
                # Its text may hold what the file holds: the kind of error must do.
                logger.warning("%s: %s", self._path, type(error).__name__)


def key_file(path: Path | None) -> WatchedFile[ApiKeys]:
    """Return the API keys: `{"keys": [{"id", "sha256", "company", …}]}`."""
    return WatchedFile(path, _keys, ApiKeys(()))


def source_file(path: Path | None) -> WatchedFile[dict[str, str]]:
    """Return which company a source belongs to: `{"<pattern>": "<company>"}`."""
    return WatchedFile(path, TypeAdapter(dict[str, str]).validate_json, {})


def _keys(raw: bytes) -> ApiKeys:
    return ApiKeys(KeyFile.model_validate_json(raw).keys)
