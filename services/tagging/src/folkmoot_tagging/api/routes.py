"""HTTP in: tags of an item, concepts by prefix, figures."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from folkmoot_chassis.auth import Claims, require_claims
from folkmoot_chassis.problems import Problem

from folkmoot_tagging.api.answers import (
    ConceptsAnswer,
    ItemTagsAnswer,
    StatsAnswer,
    concepts_answer,
    stats_answer,
    tags_answer,
)
from folkmoot_tagging.domain.readers import principals
from folkmoot_tagging.use_cases.find_concepts import FindConcepts
from folkmoot_tagging.use_cases.read_tags import ReadTags
from folkmoot_tagging.use_cases.report_stats import ReportStats

OPERATOR = "operator"
"""Role of those who run the platform: they may know how much there is in all."""

Caller = Annotated[Claims, Depends(require_claims)]
Prefix = Annotated[str, Query(min_length=1, max_length=100)]
Limit = Annotated[int, Query(ge=1, le=100)]


@dataclass(frozen=True, slots=True)
class UseCases:
    """What the API calls."""

    read_tags: ReadTags
    find_concepts: FindConcepts
    report_stats: ReportStats


def routes(use_cases: UseCases) -> APIRouter:
    """Build the router."""
    router = APIRouter(prefix="/v1")

    @router.get("/items/{item_id}/tags")
    async def read_tags(item_id: str, caller: Caller) -> ItemTagsAnswer:
        """Return an item's tags, with their evidence and who asserts them."""
        found = await use_cases.read_tags(item_id, _principals(caller))
        if found is None:
            raise Problem(404, "not-found", "There is no such item")
        return tags_answer(found)

    @router.get("/concepts")
    async def find_concepts(
        prefix: Prefix, _: Caller, limit: Limit = 20
    ) -> ConceptsAnswer:
        """Return concepts with a label that begins with the prefix."""
        return concepts_answer(await use_cases.find_concepts(prefix, limit))

    @router.get("/stats")
    async def report_stats(caller: Caller) -> StatsAnswer:
        """Return figures over the items that the caller may see."""
        all_items = OPERATOR in caller.texts("roles")
        stats = await use_cases.report_stats(None if all_items else _principals(caller))
        return stats_answer(stats)

    return router


def _principals(caller: Claims) -> frozenset[str]:
    company = caller.claims.get("company")
    own = company if isinstance(company, str) else ""
    return principals(caller.subject, own, caller.texts("groups"))
