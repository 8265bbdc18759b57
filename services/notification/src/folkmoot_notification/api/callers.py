"""Callers as readers."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends
from folkmoot_chassis.auth import Claims, require_claims
from folkmoot_chassis.problems import Problem

from folkmoot_notification.domain.readers import Reader, principals_of
from folkmoot_notification.use_cases.recognise_reader import RecogniseReader


def require_reader(claims: Annotated[Claims, Depends(require_claims)]) -> Reader:
    """Return the reader whom a token speaks for (FastAPI dependency)."""
    company = claims.claims.get("company")
    if not isinstance(company, str) or not company:
        raise Problem(403, "no-company", "The token names no company")
    name = claims.claims.get("name")
    return Reader(
        person=claims.subject,
        company=company,
        principals=principals_of(claims.subject, company, claims.texts("groups")),
        name=name if isinstance(name, str) else "",
        accounts=frozenset(claims.texts("accounts")),
        issued=float(claims.claims["iat"]),
    )


Caller = Annotated[Reader, Depends(require_reader)]


def recognising(recognise: RecogniseReader) -> Callable[[Reader], Awaitable[None]]:
    """Return a dependency that remembers each caller as they are now."""

    async def known(reader: Caller) -> None:
        await recognise(reader)

    return known
