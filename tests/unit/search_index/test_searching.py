import pytest
from folkmoot_events import ResultOpened, SearchPerformed
from folkmoot_query import QueryError
from folkmoot_search_index.domain.documents import document_of
from folkmoot_search_index.domain.readers import reader
from folkmoot_search_index.use_cases.read_item import ReadItem
from folkmoot_search_index.use_cases.record_opening import Opening, RecordOpening
from folkmoot_search_index.use_cases.search_items import Asked, SearchItems

from tests.support.search_index_fakes import (
    FakeClock,
    FakeDocuments,
    FakeOpenings,
    FakeSearchLog,
    FakeTransactions,
)
from tests.support.search_indexes import index_of
from tests.support.tagged_items import a_tag, an_item, tagged

ADA = reader("ada", "north", ("design",))
EVE = reader("eve", "south", ())
KEPT = document_of(tagged(an_item(), tags=(a_tag(),)))


@pytest.fixture
def documents() -> FakeDocuments:
    made = FakeDocuments()
    made.entries[KEPT.id] = KEPT
    return made


async def test_a_hit_shows_the_item_and_what_matched(documents: FakeDocuments) -> None:
    log = FakeSearchLog()
    async with index_of([KEPT]) as index:
        search = SearchItems(index, documents, log, FakeClock())
        page = await search(Asked("borrow loops"), ADA)
    assert [hit.document for hit in page.hits] == [KEPT]
    hit = page.hits[0]
    assert [hit.snippet.text[slice(*each)] for each in hit.snippet.ranges] == [
        "borrow",
        "loop",
    ]
    assert hit.title is not None
    assert [hit.title.text[slice(*each)] for each in hit.title.ranges] == ["Borrow"]
    assert (page.total, page.cursor) == (1, None)


async def test_a_search_is_told_without_who_asked(documents: FakeDocuments) -> None:
    log = FakeSearchLog()
    async with index_of([KEPT]) as index:
        search = SearchItems(index, documents, log, FakeClock())
        page = await search(Asked("loop tag:Rust -tag:python"), ADA)
    told = log.events[0]
    assert isinstance(told, SearchPerformed)
    assert told.search_id == page.search_id
    assert (told.company, told.tags, told.total) == ("north", ("rust",), 1)
    assert told.shown == (KEPT.id,)
    assert "ada" not in told.model_dump_json()


async def test_a_hit_retracted_since_the_last_commit_is_not_shown(
    documents: FakeDocuments,
) -> None:
    documents.entries.clear()
    async with index_of([KEPT]) as index:
        search = SearchItems(index, documents, FakeSearchLog(), FakeClock())
        assert not (await search(Asked("loop"), ADA)).hits


async def test_a_hit_hidden_since_the_last_commit_is_not_shown(
    documents: FakeDocuments,
) -> None:
    hidden = an_item(visibility=("person:grace",))
    documents.entries[KEPT.id] = document_of(tagged(hidden))
    async with index_of([KEPT]) as index:
        search = SearchItems(index, documents, FakeSearchLog(), FakeClock())
        assert not (await search(Asked("loop"), ADA)).hits


async def test_a_query_that_cannot_be_read_is_told_nowhere(
    documents: FakeDocuments,
) -> None:
    log = FakeSearchLog()
    async with index_of([KEPT]) as index:
        search = SearchItems(index, documents, log, FakeClock())
        with pytest.raises(QueryError):
            await search(Asked("(loop"), ADA)
    assert not log.events


async def test_an_item_is_read_by_those_who_may_see_it(
    documents: FakeDocuments,
) -> None:
    read = ReadItem(documents)
    assert await read(KEPT.id, ADA) == KEPT
    assert await read(KEPT.id, EVE) is None
    assert await read("itm_unknown", ADA) is None


async def test_openings_of_a_search_count_up(documents: FakeDocuments) -> None:
    transactions = FakeTransactions()
    record = RecordOpening(
        ReadItem(documents), FakeOpenings(), transactions, FakeClock()
    )
    assert await record(Opening("srch_1", KEPT.id, 3), ADA)
    assert await record(Opening("srch_1", KEPT.id, 3), ADA)
    assert not await record(Opening("srch_1", KEPT.id, 3), EVE)
    told = [each for each in transactions.published if isinstance(each, ResultOpened)]
    assert [(each.revision, each.position) for each in told] == [(2, 3), (3, 3)]
    assert "ada" not in told[0].model_dump_json()
