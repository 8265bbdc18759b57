"""The generation that searches use, and its successors."""

import logging
from pathlib import Path

from folkmoot_query import FieldTable

from folkmoot_search_index.gateways import tantivy_schema as schema
from folkmoot_search_index.gateways.index_directories import IndexDirectories
from folkmoot_search_index.gateways.tantivy_generation import TantivyGeneration
from folkmoot_search_index.ports import IndexUnavailable, IndexWriter

logger = logging.getLogger(__name__)


class TantivyGenerations:
    """Opens, begins and replaces generations in one data directory."""

    def __init__(self, data: Path, fields: FieldTable) -> None:
        self._directories = IndexDirectories(data, schema.version())
        self._fields = fields
        self._current: TantivyGeneration | None = None
        self._tidy = False

    def in_use(self) -> TantivyGeneration:
        """Return the generation that searches use; raises IndexUnavailable."""
        if self._current is None:
            raise IndexUnavailable("the index is being built")
        return self._current

    async def current(self) -> TantivyGeneration | None:
        """Return the generation in use; None if there is none to be used."""
        if self._current is None:
            if not self._tidy:  # once: later there may be generations in the making
                self._directories.lock()
                self._directories.prune()
                self._tidy = True
            self._current = self._open()
        return self._current

    async def begin(self) -> TantivyGeneration:
        """Begin an empty generation beside the one in use."""
        self._directories.lock()
        return TantivyGeneration(self._directories.new(), self._fields)

    async def promote(self, writer: IndexWriter) -> None:
        """Let searches use this generation from now on."""
        generation = _ours(writer)
        self._directories.promote(generation.directory)
        self._current = generation

    async def release(self, writer: IndexWriter) -> None:
        """Let go of a generation that its task has left, if it is out of use."""
        generation = _ours(writer)
        if generation is not self._current:
            generation.close()
            self._directories.remove(generation.directory)

    def close(self) -> None:
        """Let go of everything."""
        if self._current is not None:
            self._current.close()
            self._current = None
        self._directories.unlock()
        self._tidy = False

    def _open(self) -> TantivyGeneration | None:
        directory = self._directories.current()
        if directory is None:
            return None
        try:
            return TantivyGeneration(directory, self._fields)
        except ValueError:
            logger.exception("the index cannot be used and will be built anew")
            return None


def _ours(writer: IndexWriter) -> TantivyGeneration:
    if not isinstance(writer, TantivyGeneration):
        raise TypeError(f"not a generation of this index: {writer!r}")
    return writer
