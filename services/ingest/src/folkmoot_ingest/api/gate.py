"""Answering only what can be answered rightly: 503 for now, and when to ask again."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Depends
from folkmoot_chassis.problems import Problem


class Gate:
    """Closed until the service is prepared: before, no key is known to it."""

    def __init__(self) -> None:
        self._is_open = False

    async def open(self) -> None:
        """Let requests in."""
        self._is_open = True

    async def check(self) -> None:
        """Pass, or raise Problem 503 (FastAPI dependency)."""
        if not self._is_open:
            raise not_now("The service is starting.")


def gated(check: Callable[[], Awaitable[None]], *routers: APIRouter) -> APIRouter:
    """Return routes that a check stands before, ahead of who is calling."""
    outer = APIRouter(dependencies=[Depends(check)])
    for router in routers:
        outer.include_router(router)
    return outer


def not_now(detail: str) -> Problem:
    """Ask the caller to try again."""
    return Problem(
        503,
        "unavailable",
        "This cannot be answered at the moment",
        detail,
        headers={"retry-after": "1"},
    )
