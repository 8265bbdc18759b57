"""Keep the index abreast of the documents."""

import asyncio
import logging
from contextlib import aclosing
from time import monotonic

from folkmoot_search_index.domain.documents import Change
from folkmoot_search_index.ports import (
    ChangeBatch,
    DocumentChanges,
    IndexGenerations,
    IndexWriter,
    Position,
    PositionLost,
    Tally,
)

logger = logging.getLogger(__name__)

IDLE = 600.0
"""Seconds after which a position is kept though nothing changed, lest it be lost."""


class ProjectDocuments:
    """Follows the documents; a commit holds their changes and how far they reach."""

    def __init__(
        self,
        changes: DocumentChanges,
        generations: IndexGenerations,
        *,
        interval: float,
        most: int,
        tally: Tally,
    ) -> None:
        self._changes = changes
        self._generations = generations
        self._interval = interval
        self._most = most
        self._tally = tally
        self._rebuilding = asyncio.Lock()
        self._wanted = asyncio.Event()

    def want_rebuild(self) -> None:
        """Have the index built anew beside the one in use, soon."""
        self._wanted.set()

    async def run(self) -> None:
        """Follow until cancelled, building the index first where there is none."""
        try:
            while True:
                await self._run_once()
        except asyncio.CancelledError:
            self._generations.close()
            raise

    async def _run_once(self) -> None:
        """Follow from where the index in use left off, until it is replaced."""
        index = await self._generations.current()
        position = await index.position() if index else None
        if index is None or position is None:
            await self.rebuild()
        else:
            try:
                await self._follow(index, position)
            except PositionLost as lost:
                logger.warning("the index must be built anew: %s", lost)
                await self.rebuild()
        if index is not None:
            await self._generations.release(index)

    async def run_rebuilds(self) -> None:
        """Rebuild for ever, whenever it is wanted."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await self.rebuild()

    async def rebuild(self) -> None:
        """Build a new index from the documents, and use it once it is abreast."""
        async with self._rebuilding:
            started = monotonic()
            index = await self._generations.begin()
            try:
                await self._build(index)
                await self._generations.promote(index)
            finally:
                await self._generations.release(index)
            logger.info("the index was built in %.1f s", monotonic() - started)

    async def _build(self, index: IndexWriter) -> None:
        position = await self._changes.position()
        async with aclosing(self._changes.scan()) as scan:
            async for changes in scan:
                await index.load([c.document for c in changes if c.document])
                self._tally.progressed()
        await index.commit(position)
        await self._follow(index, position, until_abreast=True)

    async def _follow(
        self, index: IndexWriter, position: Position, *, until_abreast: bool = False
    ) -> None:
        """Apply what changes until another generation is in use, or it is abreast."""
        pending: list[Change] = []
        committed = monotonic()
        async with aclosing(self._changes.follow(position)) as batches:
            async for batch in batches:
                self._tally.progressed()
                if not until_abreast and await self._generations.current() is not index:
                    return
                if batch.changes:
                    await index.apply(batch.changes)
                    pending += batch.changes
                if self._due(batch, len(pending), monotonic() - committed):
                    started = monotonic()
                    await index.commit(batch.position)
                    committed = monotonic()
                    self._tally.committed(pending, committed - started)
                    pending = []
                if until_abreast and not batch.changes:
                    return

    def _due(self, batch: ChangeBatch, pending: int, waited: float) -> bool:
        """Tell whether to commit; in a lull there is no reason to wait for more."""
        if not pending:
            return waited > IDLE
        return not batch.changes or pending >= self._most or waited >= self._interval
