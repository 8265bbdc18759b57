"""Errors as RFC 9457 problem details."""

from collections.abc import Iterable, Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from folkmoot_chassis.failures import is_transient

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:folkmoot:problem:"
SLUGS = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}

SAID = {"model_attributes_type": "Input should be an object"}
"""What is said instead where the validator speaks of Python."""


class Problem(Exception):  # noqa: N818  RFC 9457 calls it so
    """Something is wrong with a request, told so that a machine can act on it.

    `type` is a slug, prefixed to make the problem's URN; `members` extend the body.
    """

    def __init__(
        self,
        status: int,
        type: str,  # noqa: A002  the member's name in RFC 9457
        title: str,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(detail or title)
        self.status = status
        self.headers = dict(headers or {})
        self.body: dict[str, object] = {
            "type": PREFIX + type,
            "title": title,
            "status": status,
            **({"detail": detail} if detail else {}),
            **members,
        }


def install(app: FastAPI) -> None:
    """Answer every error of an application as a problem."""

    async def on_problem(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Problem)  # noqa: S101  what it was registered for
        return _answer(error)

    async def on_http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101  as above
        slug = SLUGS.get(error.status_code, "http-error")
        return _answer(
            Problem(error.status_code, slug, str(error.detail), headers=error.headers)
        )

    async def on_invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101  as above
        errors = [
            {
                "in": str(e["loc"][0]),
                "pointer": pointer(e["loc"][1:]),
                "detail": SAID.get(e["type"], e["msg"].removeprefix("Value error, ")),
            }
            for e in error.errors()
        ]
        detail = "; ".join(f"{e['in']}{e['pointer']}: {e['detail']}" for e in errors)
        return _answer(
            Problem(
                422,
                "invalid-request",
                "The request is not valid",
                detail,
                errors=errors,
            )
        )

    async def on_anything(_: Request, error: Exception) -> JSONResponse:
        # Logged by the server; its text may hold content.
        if is_transient(error):
            return _answer(not_now("Nothing is lost: send the same again."))
        return _answer(Problem(500, "internal", "Something went wrong on our side"))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(Exception, on_anything)


def pointer(place: Iterable[object]) -> str:
    """Return the JSON Pointer (RFC 6901) of a place in a document."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in place)
    return "".join(f"/{part}" for part in parts)


def not_now(detail: str) -> Problem:
    """Return the problem that asks a caller to try again."""
    return Problem(
        503,
        "unavailable",
        "This cannot be answered at the moment",
        detail,
        headers={"retry-after": "1"},
    )


def _answer(problem: Problem) -> JSONResponse:
    return JSONResponse(
        problem.body,
        status_code=problem.status,
        headers=problem.headers,
        media_type=MEDIA_TYPE,
    )
