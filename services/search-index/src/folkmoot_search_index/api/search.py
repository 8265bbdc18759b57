"""`GET /v1/search` and what follows from it."""

from typing import Annotated

from fastapi import APIRouter, Query
from folkmoot_chassis.problems import Problem
from folkmoot_events import Frozen
from folkmoot_query import QueryError
from pydantic import Field

from folkmoot_search_index.api.answers import SearchAnswer
from folkmoot_search_index.api.callers import Caller
from folkmoot_search_index.domain.cursors import BadCursor
from folkmoot_search_index.domain.searches import LARGEST_PAGE, Sort
from folkmoot_search_index.ports import IndexUnavailable
from folkmoot_search_index.use_cases.record_opening import Opening, RecordOpening
from folkmoot_search_index.use_cases.search_items import Asked, SearchItems

LONGEST_QUERY = 4096


class OpenedBody(Frozen):
    """Which hit was opened, and at which rank it stood, the first being 1."""

    item_id: str
    position: int = Field(ge=1)


class SearchParameters(Frozen):
    """What a reader asks for."""

    q: str = Field(default="", max_length=LONGEST_QUERY)
    size: int = Field(default=20, ge=1, le=LARGEST_PAGE)
    sort: Sort = "relevance"
    cursor: str | None = None
    facets: bool = True


def search_routes(
    search_items: SearchItems, record_opening: RecordOpening
) -> APIRouter:
    """Return the routes of searching."""
    router = APIRouter(prefix="/v1")

    @router.get("/search")
    async def search(
        reader: Caller, asked: Annotated[SearchParameters, Query()]
    ) -> SearchAnswer:
        """Search all that the caller may see, in the query language."""
        choice = Asked(asked.q, asked.size, asked.sort, asked.cursor, asked.facets)
        try:
            return SearchAnswer.of(await search_items(choice, reader))
        except QueryError as error:
            raise invalid_query(error) from error
        except BadCursor as error:
            raise Problem(400, "invalid-cursor", "The cursor is not good") from error
        except IndexUnavailable as error:
            raise unavailable() from error

    @router.post("/searches/{search_id}/opened", status_code=204)
    async def opened(search_id: str, body: OpenedBody, reader: Caller) -> None:
        """Tell that a hit was opened; who opened it is not kept."""
        opening = Opening(search_id, body.item_id, body.position)
        if not await record_opening(opening, reader):
            raise Problem(404, "not-found", "There is no such item")

    return router


def invalid_query(error: QueryError) -> Problem:
    """Return the problem that points at what is wrong with a query."""
    return Problem(
        400,
        "invalid-query",
        "The query cannot be read",
        error.message,
        position=error.position,
        length=error.length,
        excerpt=error.excerpt(),
    )


def unavailable() -> Problem:
    """Return the problem of a search before there is an index."""
    return Problem(
        503,
        "index-building",
        "The index is being built",
        headers={"retry-after": "2"},
    )
