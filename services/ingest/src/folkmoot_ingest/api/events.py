"""`POST /v1/events`: CloudEvents of any content mode."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from folkmoot_chassis.failpoints import hit
from folkmoot_chassis.failures import is_transient
from folkmoot_chassis.problems import Problem, not_now

from folkmoot_ingest.api.answers import BODY, EventsAnswer
from folkmoot_ingest.api.bodies import MAX_BATCH_BODY, MAX_BODY, read_body
from folkmoot_ingest.api.callers import SYSTEM
from folkmoot_ingest.domain import http_binding
from folkmoot_ingest.domain.api_keys import ApiKey
from folkmoot_ingest.domain.errors import Refused
from folkmoot_ingest.use_cases.accept_events import AcceptEvents, Answer

logger = logging.getLogger(__name__)

ASIDE = 256 * 1024
"""Bodies longer than this are parsed in a thread: the loop must not wait for them."""


def event_routes(
    accept_events: AcceptEvents, publisher: Callable[[Request], Awaitable[ApiKey]]
) -> APIRouter:
    """Return the route of publishers."""
    router = APIRouter(prefix="/v1")

    @router.post(
        "/events",
        status_code=202,
        dependencies=SYSTEM,
        responses={202: {"model": EventsAnswer}},
        openapi_extra=BODY,
    )
    async def publish(
        request: Request, key: Annotated[ApiKey, Depends(publisher)]
    ) -> JSONResponse:
        """Capture events; each is answered for, and the good ones are kept."""
        received = await _receive(request)
        hit("events.before_capture")
        answers = await _accept(accept_events, received, key)
        hit("events.before_answer")
        return _answer(answers)

    return router


async def _accept(
    accept_events: AcceptEvents, received: Sequence[http_binding.Received], key: ApiKey
) -> list[Answer]:
    try:
        return await accept_events(received, key.permit)
    except Exception as error:
        if not is_transient(error):
            raise
        # The chassis answers the same for what is raised, but outside of what observes:
        # as a 500 in the metrics, without a trace id, and with a stack in the log.
        logger.warning("events were not captured for now: %s", type(error).__name__)
        raise not_now("Nothing was kept: send the same again.") from error


async def _receive(request: Request) -> list[http_binding.Received]:
    headers = dict(request.headers)
    limit = MAX_BATCH_BODY if http_binding.is_batched(headers) else MAX_BODY
    body = await read_body(request.stream(), headers, limit)
    try:
        if len(body) > ASIDE:
            return await asyncio.to_thread(http_binding.parse, headers, body)
        return http_binding.parse(headers, body)
    except Refused as refusal:
        raise _problem(refusal) from None


def _answer(answers: Sequence[Answer]) -> JSONResponse:
    """Answer 202 unless nothing at all could be kept."""
    results = [_result(answer) for answer in answers]
    refusals = [a.result for a in answers if isinstance(a.result, Refused)]
    if refusals and len(refusals) == len(answers):
        if len(answers) == 1:
            raise _problem(refusals[0])
        raise Problem(
            422,
            "no-event-accepted",
            "None of the events was accepted",
            "`results` says why, in the order of the events.",
            results=results,
        )
    return JSONResponse({"results": results}, status_code=202)


def _result(answer: Answer) -> dict[str, Any]:
    if isinstance(answer.result, Refused):
        return {"id": answer.id, "problem": _problem(answer.result).body}
    return {
        "id": answer.id,
        "item_id": answer.result.item_id,
        "revision": answer.result.revision,
        "outcome": answer.result.outcome,
    }


def _problem(refusal: Refused) -> Problem:
    return Problem(
        refusal.status, refusal.kind, refusal.title, refusal.detail, **refusal.members
    )
