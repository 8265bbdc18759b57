"""`GET /v1/stats`: counts of the caller's own company, of what the caller may see."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from folkmoot_ingest.api.callers import EITHER, Member
from folkmoot_ingest.use_cases.count_items import CountItems


class StatsAnswer(BaseModel):
    """How much there is of a company."""

    company: str
    items: int
    retracted: int
    revisions: int


def stats_routes(
    count_items: CountItems, member: Callable[[Request], Awaitable[Member]]
) -> APIRouter:
    """Return the route of counts."""
    router = APIRouter(prefix="/v1")

    @router.get("/stats", dependencies=EITHER)
    async def stats(caller: Annotated[Member, Depends(member)]) -> StatsAnswer:
        """Count what the caller's company has here."""
        return StatsAnswer(company=caller[0], **await count_items(*caller))

    return router
