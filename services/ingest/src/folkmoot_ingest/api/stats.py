"""`GET /v1/stats`: counts of the caller's own company."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from folkmoot_ingest.use_cases.count_items import CountItems


class StatsAnswer(BaseModel):
    """How much there is of a company."""

    company: str
    items: int
    retracted: int
    revisions: int


def stats_routes(
    count_items: CountItems, company_of: Callable[[Request], Awaitable[str]]
) -> APIRouter:
    """Return the route of counts."""
    router = APIRouter(prefix="/v1")

    @router.get("/stats")
    async def stats(company: Annotated[str, Depends(company_of)]) -> StatsAnswer:
        """Count what the caller's company has here."""
        return StatsAnswer(company=company, **await count_items(company))

    return router
