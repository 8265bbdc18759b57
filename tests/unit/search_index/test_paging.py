from datetime import timedelta

import pytest
from folkmoot_query import parse
from folkmoot_search_index.domain.cursors import (
    BadCursor,
    Cursor,
    Newest,
    Relevance,
    decode,
    encode,
)
from folkmoot_search_index.domain.documents import Document, document_of
from folkmoot_search_index.domain.fields import FIELDS
from folkmoot_search_index.domain.readers import reader
from folkmoot_search_index.domain.searches import Search, Sort
from folkmoot_search_index.ports import SearchIndex

from tests.support.search_index_fakes import NOW
from tests.support.search_indexes import index_of
from tests.support.tagged_items import MOMENT, an_item, tagged

ADA = reader("ada", "north", ())


def made(number: int, **changes: object) -> Document:
    changes = {"published": MOMENT + timedelta(minutes=number // 5)} | changes
    return document_of(tagged(an_item(f"itm_{number:03}", **changes)))


async def pages(index: SearchIndex, sort: Sort, size: int) -> list[str]:
    found: list[str] = []
    after: Cursor | None = None
    while True:
        search = Search(parse("borrow", FIELDS), ADA, size, sort, after)
        page = await index.search(search)
        assert page.total == 47
        found += list(page.hits)
        if page.more is None:
            return found
        after = decode(encode(page.more))


@pytest.mark.parametrize("sort", ["relevance", "newest"])
@pytest.mark.parametrize("size", [1, 7, 46, 47, 200])
async def test_pages_hold_every_hit_once_and_newest_first(
    sort: Sort, size: int
) -> None:
    async with index_of(made(number) for number in range(47)) as index:
        found = await pages(index, sort, size)
        assert found == await pages(index, sort, 200)
    assert len(set(found)) == len(found) == 47
    minutes = [int(item_id[4:]) // 5 for item_id in found]
    assert minutes == sorted(minutes, reverse=True)


async def test_many_items_of_one_moment_are_paged_by_time() -> None:
    async with index_of(
        made(number, published=MOMENT) for number in range(47)
    ) as index:
        found = await pages(index, "newest", 5)
    assert len(set(found)) == len(found) == 47


@pytest.mark.parametrize("sort", ["relevance", "newest"])
async def test_what_arrives_in_between_does_not_move_the_next_page(sort: Sort) -> None:
    older = [made(number) for number in range(10)]
    later = NOW + timedelta(seconds=5)
    arrived = [
        made(number, published=later, captured=later, title="Borrow borrow borrow")
        for number in range(10, 14)
    ]
    query = parse("borrow", FIELDS)
    async with index_of(older) as before, index_of(older + arrived) as after:
        first = await before.search(Search(query, ADA, 4, sort))
        whole = await before.search(Search(query, ADA, 10, sort))
        second = await after.search(Search(query, ADA, 4, sort, first.more))
    ids = list(whole.hits)
    assert list(second.hits) == ids[4:8]


async def test_a_match_in_the_title_counts_for_more() -> None:
    plain = made(1, title="Something", text="about memory and more of it")
    titled = made(2, title="Memory", text="about something and more of it")
    async with index_of([plain, titled]) as index:
        found = await index.search(Search(parse("memory", FIELDS), ADA, 5))
    assert list(found.hits) == [titled.id, plain.id]


@pytest.mark.parametrize(
    "cursor", [Newest(-5, 0), Newest(2**61, 199), Relevance(40, 1_790_000_000_000_000)]
)
def test_a_cursor_comes_back_as_it_was(cursor: Cursor) -> None:
    assert decode(encode(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "!!!!",
        "e30",
        "WyJuIiwxXQ",
        "WyJ6IiwxLDFd",
        "WyJuIiwieCIsMV0",
        "ŋ",
        "\ud800",
    ],
)
def test_a_made_up_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        decode(text)


@pytest.mark.parametrize(
    "cursor",
    [Relevance(-1, 0), Relevance(10_000, 0), Relevance(0, 2**63), Newest(2**63, 0)],
)
def test_a_cursor_to_nowhere_is_refused(cursor: Cursor) -> None:
    with pytest.raises(BadCursor):
        decode(encode(cursor))
