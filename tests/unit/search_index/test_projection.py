import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from folkmoot_chassis.background import supervise
from folkmoot_query.syntax import Everything
from folkmoot_search_index.domain.documents import Change, document_of
from folkmoot_search_index.domain.fields import FIELDS
from folkmoot_search_index.domain.readers import reader
from folkmoot_search_index.gateways.tantivy_generations import TantivyGenerations
from folkmoot_search_index.gateways.tantivy_search import TantivySearchIndex
from folkmoot_search_index.ports import ChangeBatch, IndexUnavailable, Position
from folkmoot_search_index.use_cases import project_documents
from folkmoot_search_index.use_cases.project_documents import Pace, ProjectDocuments
from typing_extensions import override

from tests.support.conditions import until
from tests.support.search_index_fakes import FakeChanges, FakeClock, FakeTally
from tests.support.tagged_items import MOMENT, an_item, tagged

ADA = reader("ada", "north", ())


def change(number: int, *, gone: bool = False, first: bool = False) -> Change:
    item = an_item(f"itm_{number}")
    return Change(item.id, None if gone else document_of(tagged(item)), first=first)


class ScanThatSeesMore(FakeChanges):
    """Something is stored after the position was taken, and scanned as well."""

    @override
    async def scan(self) -> AsyncGenerator[Sequence[Change], None]:
        await self.add(change(77, first=True))
        async for batch in super().scan():
            yield batch


class BreakingOnce(FakeChanges):
    """A stream that breaks after a change that nobody has committed yet."""

    broke = False

    @override
    async def follow(self, position: Position) -> AsyncGenerator[ChangeBatch, None]:
        async for batch in super().follow(position):
            if self.broke or not batch.changes:
                yield batch
            else:
                first = int(batch.position) - len(batch.changes) + 1
                yield replace(batch, changes=batch.changes[:1], position=str(first))
                self.broke = True
                raise ConnectionError


class Running:
    """A projection that runs, and a look into its index."""

    def __init__(
        self, folder: Path, changes: FakeChanges, *, age: timedelta, most: int
    ) -> None:
        self.tally = FakeTally()
        self.generations = TantivyGenerations(folder, FIELDS)
        self.projection = ProjectDocuments(
            changes,
            self.generations,
            Pace(0.01, most, lambda: changes.stores),
            tally=self.tally,
            clock=FakeClock(MOMENT + age),
        )
        self._index = TantivySearchIndex(self.generations, FakeClock(), threads=1)

    async def count(self) -> int:
        with contextlib.suppress(IndexUnavailable):
            return await self._index.count(Everything(), ADA)
        return -1

    async def generation(self) -> str:
        return (await self._index.state()).generation

    async def holds(self, number: int) -> None:
        async def as_many() -> bool:
            return await self.count() == number

        await until(as_many, seconds=5, every=0.005)


@contextlib.asynccontextmanager
async def running(
    folder: Path,
    changes: FakeChanges,
    *,
    age: timedelta = timedelta(seconds=1),
    most: int = 1000,
) -> AsyncIterator[Running]:
    made = Running(folder, changes, age=age, most=most)
    tasks = [
        asyncio.create_task(supervise("projection", made.projection.run)),
        asyncio.create_task(made.projection.run_rebuilds()),
    ]
    try:
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def generations(folder: Path) -> list[Path]:
    return list(folder.glob("v*/g*"))


def damage(folder: Path) -> None:
    for generation in generations(folder):
        (generation / "meta.json").write_text("{")


def leave_unfinished(folder: Path) -> None:
    unfinished = generations(folder)[0].with_name("gunfinished")
    unfinished.mkdir()


@pytest.fixture
def changes() -> FakeChanges:
    return FakeChanges()


async def test_without_an_index_one_is_built_of_what_is_held(
    tmp_path: Path, changes: FakeChanges
) -> None:
    await changes.add(*map(change, range(5)))
    async with running(tmp_path, changes) as index:
        await index.holds(5)


async def test_changes_are_searchable_soon(
    tmp_path: Path, changes: FakeChanges
) -> None:
    async with running(tmp_path, changes) as index:
        await index.holds(0)
        await changes.add(change(1), change(2), change(1))
        await index.holds(2)
        await changes.add(change(1, gone=True))
        await index.holds(1)
        assert [each.item_id for each in index.tally.changes] == [
            "itm_1",
            "itm_2",
            "itm_1",
            "itm_1",
        ]
        assert index.tally.turns > 0


async def test_what_a_scan_saw_already_is_held_once(tmp_path: Path) -> None:
    changes = ScanThatSeesMore()
    await changes.add(change(1, first=True))
    async with running(tmp_path, changes) as index:
        await index.holds(2)


async def test_what_was_applied_before_a_break_is_held_once(tmp_path: Path) -> None:
    changes = BreakingOnce()
    async with running(tmp_path, changes, most=2) as index:
        await index.holds(0)
        await changes.add(change(1, first=True), change(2, first=True))
        await index.holds(2)
        assert changes.broke


async def test_what_is_late_anyway_is_committed_in_bulk(
    tmp_path: Path, changes: FakeChanges
) -> None:
    async with running(tmp_path, changes, age=timedelta(minutes=1), most=3) as index:
        await index.holds(0)
        await changes.add(change(0))
        await index.holds(1)  # the first of a stream have waited for it already
        await changes.add(change(1), change(2))
        await changes.abreast.wait()
        assert await index.count() == 1
        await changes.add(change(3))
        await index.holds(4)


async def test_what_is_late_is_committed_when_the_last_of_it_is_stored(
    tmp_path: Path, changes: FakeChanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_documents, "BULK", 60.0)

    async def told_again() -> bool:
        await changes.add(change(3))
        await changes.abreast.wait()
        return await index.count() == 4

    async with running(tmp_path, changes, age=timedelta(minutes=1)) as index:
        await index.holds(0)
        await changes.add(change(0))
        await index.holds(1)
        changes.stores = True
        await changes.add(change(1), change(2))
        await changes.abreast.wait()
        assert await index.count() == 1
        changes.stores = False
        await until(told_again)


async def test_a_restart_goes_on_where_it_left_off(
    tmp_path: Path, changes: FakeChanges
) -> None:
    async with running(tmp_path, changes) as index:
        await changes.add(*map(change, range(3)))
        await index.holds(3)
        before = await index.generation()
    await changes.add(change(7), change(0, gone=True), change(1, gone=True))
    async with running(tmp_path, changes) as index:
        await index.holds(2)
        assert await index.generation() == before


async def test_a_lost_position_means_a_new_index(
    tmp_path: Path, changes: FakeChanges
) -> None:
    async with running(tmp_path, changes) as index:
        await changes.add(change(1))
        await index.holds(1)
        before = await index.generation()
    await changes.add(change(1, gone=True), *map(change, range(5, 8)))
    changes.forgotten = len(changes.log)
    async with running(tmp_path, changes) as index:
        await index.holds(3)
        assert await index.generation() != before


async def test_a_wanted_rebuild_replaces_the_index_while_changes_go_on(
    tmp_path: Path, changes: FakeChanges
) -> None:
    async with running(tmp_path, changes) as index:
        await changes.add(*map(change, range(5)))
        await index.holds(5)
        before = await index.generation()
        index.projection.want_rebuild()

        async def replaced() -> bool:
            return await index.generation() != before

        await until(replaced, seconds=5)
        await changes.add(change(9))
        await index.holds(6)
    assert len(generations(tmp_path)) == 1


async def test_an_index_that_cannot_be_read_is_built_anew(
    tmp_path: Path, changes: FakeChanges
) -> None:
    async with running(tmp_path, changes) as index:
        await changes.add(change(1))
        await index.holds(1)
    damage(tmp_path)
    async with running(tmp_path, changes) as index:
        await index.holds(1)


async def test_a_second_process_is_kept_out_of_the_directory(
    tmp_path: Path, changes: FakeChanges
) -> None:
    async with running(tmp_path, changes) as index:
        await index.holds(0)
        with pytest.raises(BlockingIOError):
            await TantivyGenerations(tmp_path, FIELDS).current()


async def test_what_a_kill_left_unfinished_is_removed_at_the_next_start(
    tmp_path: Path, changes: FakeChanges
) -> None:
    async with running(tmp_path, changes) as index:
        await index.holds(0)
    leave_unfinished(tmp_path)
    async with running(tmp_path, changes) as index:
        await index.holds(0)
    assert len(generations(tmp_path)) == 1
