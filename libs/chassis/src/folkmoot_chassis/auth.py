"""Who is calling: people by a bearer JWT, checked against a key set.

Algorithms are ours and never the token's; `iss` must be one exact string (an array
passed joserfc before 1.7.3, CVE-2026-75509); `aud`, `exp`, `iat` and `sub` must be
there.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx
from fastapi import Depends, Request
from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ClaimError,
    ExpiredTokenError,
    InvalidKeyIdError,
    JoseError,
    KeyParameterError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import KeySet

from folkmoot_chassis.openapi import PERSON
from folkmoot_chassis.problems import Problem
from folkmoot_chassis.settings import ServiceSettings

logger = logging.getLogger(__name__)

ALGORITHMS = ["RS256", "ES256", "EdDSA", "Ed25519"]
LEEWAY = 30
MAX_TOKEN = 8 * 1024
UNREADABLE = (httpx.HTTPError, JoseError, LookupError, OSError, TypeError, ValueError)
REFRESH_AFTER = 300.0
REFRESH_AT_MOST_EVERY = 10.0
FORBIDDEN_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c"})


@dataclass(frozen=True, slots=True)
class Claims:
    """A caller whose token was good."""

    subject: str
    claims: Mapping[str, Any]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a claim that lists strings; empty where it is absent."""
        value = self.claims.get(name)
        if isinstance(value, str):
            return (value,)
        values = value if isinstance(value, (list, tuple)) else ()
        return tuple(v for v in values if isinstance(v, str))


class Keys:
    """The key set, read again now and then, and at once for a key nobody knows."""

    def __init__(
        self,
        location: str | None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._location = location
        self._monotonic = monotonic
        self._keys: KeySet | None = None
        self._tried = float("-inf")
        self._lock = asyncio.Lock()

    async def current(self, *, fresh: bool = False) -> KeySet:
        """Return the keys; many callers cause one reading.

        A reading that fails counts as one and leaves the keys that were there; raises
        Problem 503 where there are none.
        """
        async with self._lock:
            urgent = fresh or self._keys is None
            allowed = REFRESH_AT_MOST_EVERY if urgent else REFRESH_AFTER
            if self._monotonic() - self._tried > allowed:
                self._tried = self._monotonic()
                try:
                    self._keys = KeySet.import_key_set(await self._fetch())
                except UNREADABLE as error:
                    logger.warning("no keys could be read: %s", type(error).__name__)
            if self._keys is None:
                raise Problem(503, "no-keys", "Tokens cannot be checked now")
            return self._keys

    async def _fetch(self) -> Any:  # noqa: ANN401  JSON
        if self._location is None:
            raise Problem(401, "no-keys", "This service knows no keys for tokens")
        if "://" not in self._location:
            text = await asyncio.to_thread(Path(self._location).read_text)
            return httpx.Response(200, text=text).json()
        async with httpx.AsyncClient(timeout=5, follow_redirects=False) as client:
            answer = await client.get(self._location)
            return answer.raise_for_status().json()


class Verifier:
    """Checks tokens."""

    def __init__(self, keys: Keys, *, issuer: str, audience: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )

    async def verify(self, token: str) -> Claims:
        """Return the claims of a good token; raises Problem 401 for any other."""
        if len(token) > MAX_TOKEN:
            raise _refusal("the token is too long")
        try:
            decoded = await self._decode(token)
            self._registry.validate(decoded.claims)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise _refusal(_fault(error)) from error
        if FORBIDDEN_HEADERS & decoded.header.keys():
            raise _refusal("the token brings its own keys")
        subject, issuer = decoded.claims["sub"], decoded.claims["iss"]
        if not isinstance(subject, str) or not subject or issuer != self._issuer:
            raise _refusal("the token's subject or issuer is not a name")
        return Claims(subject, decoded.claims)

    async def check(self) -> str | None:
        """Tell why no token at all can be checked; None while some can.

        Whoever gives up waiting for it leaves the reading of keys to come to its end.
        """
        return await asyncio.shield(asyncio.create_task(self._check()))

    async def _check(self) -> str | None:
        try:
            await self._keys.current()
        except Problem as problem:
            return str(problem)
        return None

    async def _decode(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, await self._keys.current(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # The signing key may be newer than our copy of the set.
            keys = await self._keys.current(fresh=True)
            return jwt.decode(token, keys, algorithms=ALGORITHMS)


def make_verifier(settings: ServiceSettings) -> Verifier:
    """Return what checks the tokens that a service is shown."""
    return Verifier(
        Keys(settings.jwks),
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
    )


async def require_claims(
    request: Request, _: Annotated[object, Depends(PERSON)] = None
) -> Claims:
    """Return the caller's claims (FastAPI dependency)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _refusal("a bearer token is required")
    verifier: Verifier = request.app.state.verifier
    return await verifier.verify(token.strip())


def require_role(role: str) -> Any:  # noqa: ANN401  FastAPI types its dependencies so
    """Return a dependency that lets only callers with a role pass."""

    async def check(claims: Annotated[Claims, Depends(require_claims)]) -> Claims:
        if role not in claims.texts("roles"):
            raise Problem(403, "forbidden", f"The role {role!r} is required")
        return claims

    return Depends(check)


def _fault(error: Exception) -> str:
    """Say in plain words what is wrong with a token, without quoting it."""
    match error:
        case ExpiredTokenError():
            return "the token has expired"
        case MissingClaimError():
            return f"the token lacks the claim {error.claim!r}"
        case ClaimError():
            return f"the token's claim {error.claim!r} is not what it should be"
        case BadSignatureError() | InvalidKeyIdError() | KeyParameterError():
            return "the token is not signed with a key that is known here"
        case UnsupportedAlgorithmError():
            return "the token is signed in a way that is not accepted here"
        case _:
            return "that is not a signed token (a JSON Web Token of three parts)"


def _refusal(detail: str) -> Problem:
    return Problem(
        401,
        "unauthenticated",
        "Who are you?",
        detail,
        headers={"www-authenticate": "Bearer"},
    )
