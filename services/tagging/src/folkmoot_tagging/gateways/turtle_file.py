"""The Turtle file that a vocabulary is edited in."""

import asyncio
from pathlib import Path

from folkmoot_tagging.domain.concepts import Thesaurus
from folkmoot_tagging.gateways.turtle import read_thesaurus, version_of


class TurtleFile:
    """Reads a thesaurus from a file, in a thread."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def version(self) -> str:
        """Return the version that is there now: a digest of the content."""
        return await asyncio.to_thread(version_of, self._path)

    async def read(self) -> Thesaurus:
        """Read it all."""
        return await asyncio.to_thread(read_thesaurus, self._path)
