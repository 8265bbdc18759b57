"""Keep the index abreast of the documents."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from time import monotonic
from typing import NamedTuple

from folkmoot_search_index.domain.documents import Change
from folkmoot_search_index.ports import (
    Clock,
    DocumentChanges,
    IndexGenerations,
    IndexWriter,
    Position,
    PositionLost,
    Tally,
)

logger = logging.getLogger(__name__)

LATE = timedelta(seconds=2)
"""Age of changes from which on it is their number that counts, and no longer time."""

CROWD = 500
"""Changes that come between two commits only where there is a flood of them."""

BULK = 2.0
"""Seconds between commits in a flood, or while what comes is late, but for its end.

Every commit writes dictionaries, which are merged later on: three thousand changes at
once cost the engine two thirds of what they cost in three parts.
"""

LULL = 0.4
"""Seconds without news after which even those are committed, whoever stores them."""

IDLE = 600.0
"""Seconds after which a position is kept though nothing changed, lest it be lost."""


class Pace(NamedTuple):
    """When to commit: after `interval` seconds, or with `most` changes.

    `storing` tells whether this process is about to store more documents.
    """

    interval: float
    most: int
    storing: Callable[[], bool] = lambda: False


class ProjectDocuments:
    """Follows the documents; a commit holds their changes and how far they reach."""

    def __init__(
        self,
        changes: DocumentChanges,
        generations: IndexGenerations,
        pace: Pace,
        *,
        tally: Tally,
        clock: Clock,
    ) -> None:
        self._changes = changes
        self._generations = generations
        self._pace = pace
        self._tally = tally
        self._clock = clock
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
        position = await index.resume() if index else None
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
        await self._follow(index, position, until_abreast=True)

    async def _follow(
        self, index: IndexWriter, position: Position, *, until_abreast: bool = False
    ) -> None:
        """Apply what changes until another generation is in use, or it is abreast."""
        pending = Pending(self._pace.storing)
        committed = changed = monotonic()
        # What is late because the stream was broken has waited for long enough.
        bulk = 0.0
        batches_seen = 0
        async with aclosing(self._changes.follow(position)) as batches:
            async for batch in batches:
                self._tally.progressed()
                if not until_abreast and await self._generations.current() is not index:
                    return
                # What was scanned may be told once more.
                news = _again(batch.changes) if until_abreast else batch.changes
                if news:
                    await index.apply(news)
                    pending.add(news)
                    changed = monotonic()
                batches_seen += 1
                # The first answer of a stream may tell but a part of what there is.
                abreast = until_abreast and not batch.more and batches_seen > 1
                lull = 0.0 if news else monotonic() - changed
                if abreast or self._due(pending, lull, monotonic() - committed, bulk):
                    started = monotonic()
                    await index.commit(batch.position)
                    spent = monotonic() - started
                    # Counted from start to start, but no commit waits for less time
                    # than the last one took.
                    committed = started + max(0.0, 2 * spent - self._pace.interval)
                    self._tally.committed(pending.changes, spent)
                    pending = Pending(self._pace.storing)
                    bulk = max(BULK, self._pace.interval)
                if abreast:
                    return

    def _due(self, pending: "Pending", lull: float, waited: float, bulk: float) -> bool:
        """Tell whether to commit; in a lull there is no reason to wait for more.

        `bulk` is how long to wait with many, and with what is late.
        """
        # Asked each time, for it remembers that more was being stored.
        complete = pending.complete() and waited >= self._pace.interval
        if not pending.changes:
            return waited > IDLE
        if len(pending.changes) >= self._pace.most:
            return True
        many = len(pending.changes) >= CROWD
        if many or pending.age(self._clock.now()) > LATE:
            return complete or lull >= LULL or waited >= bulk
        return lull > 0 or waited >= self._pace.interval


class Pending:
    """Changes that are applied and not committed yet."""

    def __init__(self, storing: Callable[[], bool]) -> None:
        self.changes: list[Change] = []
        self._storing = storing
        self._stored = False
        self._newest: datetime | None = None

    def add(self, news: Sequence[Change]) -> None:
        """Take more of them in."""
        self.changes += news
        captured = [each.document.item.captured for each in news if each.document]
        if captured:
            newest = max(captured)
            self._newest = max(newest, self._newest or newest)

    def complete(self) -> bool:
        """Look whether this process stores more; tell whether it did and has ended.

        In a flood one batch follows another, so that it is hardly ever seen to end.
        """
        storing = self._storing()
        self._stored = self._stored or storing
        return self._stored and not storing

    def age(self, now: datetime) -> timedelta:
        """Return how long ago the newest of them was captured."""
        return now - (self._newest or now)


def _again(changes: Sequence[Change]) -> list[Change]:
    return [change._replace(first=False) for change in changes]
