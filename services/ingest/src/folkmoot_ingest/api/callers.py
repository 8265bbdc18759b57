"""Who calls: systems by API key, people by token."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPBearer
from folkmoot_chassis.auth import Claims, require_claims
from folkmoot_chassis.openapi import PERSON
from folkmoot_chassis.problems import Problem

from folkmoot_ingest.domain.api_keys import PUBLISH, ApiKey, ApiKeys, looks_like_key
from folkmoot_ingest.domain.readers import principals
from folkmoot_ingest.ports import Clock

Member = tuple[str, frozenset[str] | None]
"""A company, and what a person of it may read as; None for a system of the company."""


SYSTEM = [
    Depends(
        HTTPBearer(
            scheme_name="system",
            bearerFormat="folkmoot_…",
            description="The API key of a system.",
            auto_error=False,
        )
    ),
    Depends(
        APIKeyHeader(
            name="X-API-Key",
            scheme_name="systemByHeader",
            description="The same in a header of its own.",
            auto_error=False,
        )
    ),
]
"""Declared for the OpenAPI document, besides what reads and checks the key."""
EITHER = [*SYSTEM, Depends(PERSON)]


class Callers:
    """Dependencies of routes that let systems in."""

    def __init__(self, keys: Callable[[], ApiKeys], clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    async def publisher(self, request: Request) -> ApiKey:
        """Return the key of a system that may publish."""
        key = self._key(_told(request) or "")
        if PUBLISH not in key.scopes:
            raise Problem(
                403,
                "scope-missing",
                "The key may not do this",
                f"It needs the scope {PUBLISH!r}.",
            )
        return key

    async def member(self, request: Request) -> Member:
        """Return who calls and for which company, be it a system or a person."""
        told = _told(request)
        if told is not None:
            return self._key(told).company, None
        claims = await require_claims(request)
        if not _company(claims):
            raise Problem(403, "no-company", "The token names no company")
        return _company(claims), _principals(claims)

    def _key(self, told: str) -> ApiKey:
        key = self._keys().find(told, self._clock.now())
        if key is None:
            raise Problem(
                401,
                "unauthenticated",
                "Who are you?",
                "An API key is required, one that is known and has not expired.",
                headers={"www-authenticate": "Bearer"},
            )
        return key


async def reader(claims: Annotated[Claims, Depends(require_claims)]) -> frozenset[str]:
    """Return what a person may read as (FastAPI dependency)."""
    return _principals(claims)


Reader = Annotated[frozenset[str], Depends(reader)]


def _principals(claims: Claims) -> frozenset[str]:
    return principals(claims.subject, _company(claims), claims.texts("groups"))


def _company(claims: Claims) -> str:
    company = claims.claims.get("company")
    return company if isinstance(company, str) else ""


def _told(request: Request) -> str | None:
    """Return the API key that a request brings, if it brings one."""
    told = request.headers.get("x-api-key")
    if told is not None:
        return told.strip()
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and looks_like_key(token) else None
