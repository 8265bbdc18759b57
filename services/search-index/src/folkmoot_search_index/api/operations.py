"""`GET /v1/stats` and `POST /v1/admin/reindex`."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from folkmoot_chassis.auth import Claims, require_claims, require_role

from folkmoot_search_index.api.answers import IndexAnswer, StatsAnswer
from folkmoot_search_index.api.callers import Caller
from folkmoot_search_index.api.search import unavailable
from folkmoot_search_index.ports import IndexUnavailable
from folkmoot_search_index.use_cases.count_items import CountItems, Counts

OPERATOR = "operator"


def operation_routes(
    count_items: CountItems, want_rebuild: Callable[[], None]
) -> APIRouter:
    """Return the routes of operation."""
    router = APIRouter(prefix="/v1")

    @router.get("/stats")
    async def stats(
        reader: Caller, claims: Annotated[Claims, Depends(require_claims)]
    ) -> StatsAnswer:
        """Count what the caller may see; tell operators how the index is."""
        try:
            counts = await count_items(reader)
        except IndexUnavailable as error:
            raise unavailable() from error
        operator = OPERATOR in claims.texts("roles")
        return StatsAnswer(
            searchable=counts.searchable, index=_index(counts) if operator else None
        )

    @router.post(
        "/admin/reindex", status_code=202, dependencies=[require_role(OPERATOR)]
    )
    async def reindex() -> None:
        """Build the index anew beside the one in use, then replace it."""
        want_rebuild()

    return router


def _index(counts: Counts) -> IndexAnswer:
    return IndexAnswer(
        generation=counts.index.generation,
        documents=counts.index.documents,
        segments=counts.index.segments,
        stored=counts.stored,
    )
