"""Callers as readers."""

from typing import Annotated

from fastapi import Depends
from folkmoot_chassis.auth import Claims, require_claims
from folkmoot_chassis.problems import Problem

from folkmoot_search_index.domain.readers import Reader, reader


def require_reader(claims: Annotated[Claims, Depends(require_claims)]) -> Reader:
    """Return the reader whom a token speaks for (FastAPI dependency)."""
    company = claims.claims.get("company")
    if not isinstance(company, str) or not company:
        raise Problem(403, "no-company", "The token names no company")
    return reader(claims.subject, company, claims.texts("groups"))


Caller = Annotated[Reader, Depends(require_reader)]
