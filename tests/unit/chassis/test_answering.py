"""What a service answers: problems, health, traces; and what it writes of it."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Body, Depends
from folkmoot_chassis.auth import Claims, Keys, Verifier, require_claims, require_role
from folkmoot_chassis.health import Health, Progress
from folkmoot_chassis.http import make_app, own_routes
from folkmoot_chassis.logs import JsonLines
from folkmoot_chassis.metrics import Metrics
from folkmoot_chassis.problems import Problem
from folkmoot_chassis.settings import ServiceSettings
from folkmoot_chassis.telemetry import Telemetry
from folkmoot_chassis.traces import (
    current_traceparent,
    new_traceparent,
    sampled,
    to_span_context,
    to_traceparent,
    valid,
)
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry
from pydantic import ValidationError
from pymongo.errors import BulkWriteError

from tests.unit.chassis.fakes import TRACE

router = APIRouter()


@router.get("/things/{thing}")
async def thing(thing: int) -> int:
    return thing


@router.get("/problem")
async def problem() -> None:
    raise Problem(422, "bad-query", "The query is not valid", "at 3", position=3)


@router.get("/bug")
async def bug() -> None:
    raise BulkWriteError({"writeErrors": [{"code": 121, "op": {"text": "swordfish"}}]})


@router.post("/text")
async def text(secret: Annotated[int, Body()]) -> int:
    return secret


@router.get("/me")
async def me(claims: Annotated[Claims, Depends(require_claims)]) -> str:
    return claims.subject


@router.get("/role", dependencies=[require_role("steward")])
async def role() -> None:
    """Reached by nobody here."""


class Served:
    """An application, its health and its spans."""

    def __init__(self) -> None:
        self.health = Health()
        self.exporter = InMemorySpanExporter()
        self.registry = CollectorRegistry()
        settings = ServiceSettings(instance="test", trace_ratio=0)
        app = make_app(
            "toy",
            "1",
            verifier=Verifier(Keys(None), issuer="i", audience="a"),
            telemetry=Telemetry("toy", settings, self.exporter),
            metrics=Metrics(self.registry),
        )
        app.include_router(own_routes(self.health, self.registry))
        app.include_router(router)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://toy")


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    made = Served()
    async with made.client:
        yield made


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/problem", 422, "bad-query"),
        ("GET", "/nowhere", 404, "not-found"),
        ("POST", "/problem", 405, "method-not-allowed"),
        ("GET", "/things/seven", 422, "invalid-request"),
        ("GET", "/bug", 500, "internal"),
        ("GET", "/me", 401, "unauthenticated"),
        ("GET", "/role", 401, "unauthenticated"),
        ("GET", "/docs", 404, "not-found"),
        ("GET", "/openapi.json", 404, "not-found"),
    ],
)
async def test_every_error_is_a_problem(
    served: Served, method: str, path: str, status: int, slug: str
) -> None:
    answer = await served.client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == f"urn:folkmoot:problem:{slug}"
    assert body["status"] == status
    assert body["title"]


async def test_no_stranger_makes_a_service_hold_an_endless_body(served: Served) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 64 * 1024 * 1024:
            sent += 65_536
            yield b" " * 65_536

    answer = await served.client.post("/text", content=endless())
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:folkmoot:problem:too-large"
    assert sent < 8 * 1024 * 1024


async def test_a_problem_carries_its_detail_and_members(served: Served) -> None:
    body = (await served.client.get("/problem")).json()
    assert body["detail"] == "at 3"
    assert body["position"] == 3


async def test_neither_answer_nor_span_repeats_what_a_bug_said(served: Served) -> None:
    answer = await served.client.get("/bug", headers={"traceparent": TRACE})
    assert "swordfish" not in answer.text
    (span,) = served.exporter.get_finished_spans()
    assert "swordfish" not in span.to_json()
    assert span.attributes is not None
    assert span.attributes["error.type"] == "BulkWriteError"


async def test_an_invalid_body_is_not_sent_back(served: Served) -> None:
    answer = await served.client.post("/text", json="swordfish")
    assert answer.status_code == 422
    assert "swordfish" not in answer.text


async def test_a_request_continues_its_caller_s_trace(served: Served) -> None:
    answer = await served.client.get("/things/7", headers={"traceparent": TRACE})
    assert answer.headers["trace-id"] == TRACE[3:35]
    (span,) = served.exporter.get_finished_spans()
    assert span.name == "GET /things/{thing}"
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == TRACE[36:52]


async def test_metrics_name_routes_and_no_made_up_methods(served: Served) -> None:
    await served.client.get("/things/7")
    await served.client.request("BREW", "/things/8")
    told = (await served.client.get("/metrics")).text
    assert 'route="/things/{thing}"' in told
    assert "BREW" not in told
    assert "/things/7" not in told
    assert told.endswith("# EOF\n")


async def fails() -> str | None:
    raise ConnectionError("no route")


async def is_well() -> str | None:
    return None


async def test_health_says_what_is_wrong(served: Served) -> None:
    well = await served.client.get("/health/ready")
    assert well.json() == {"ready": True, "wrong": {}}
    served.health.ready |= {"kafka": fails, "mongodb": is_well}
    answer = await served.client.get("/health/ready")
    assert answer.status_code == 503
    wrong = {"kafka": "ConnectionError: no route"}
    assert answer.json() == {"ready": False, "wrong": wrong}
    alive = await served.client.get("/health/live")
    assert alive.json() == {"live": True, "wrong": {}}


async def test_what_is_wrong_and_not_needed_to_answer_keeps_no_request_away(
    served: Served,
) -> None:
    served.health.told |= {"kafka": fails, "fuse": is_well}
    answer = await served.client.get("/health/ready")
    assert answer.status_code == 200
    wrong = {"kafka": "ConnectionError: no route"}
    assert answer.json() == {"ready": True, "wrong": wrong}


async def test_a_stopping_service_is_alive_and_not_ready(served: Served) -> None:
    served.health.stopping = True
    assert (await served.client.get("/health/ready")).status_code == 503
    assert (await served.client.get("/health/live")).status_code == 200


async def test_progress_grows_old() -> None:
    progress = Progress(60)
    assert await progress.check() is None
    progress.at -= 61
    assert await progress.check() == "no progress for 61 s"
    progress.stamp()
    assert await progress.check() is None


def logged(error: Exception | None = None, **extra: Any) -> Any:
    record = logging.LogRecord("toy", logging.ERROR, "", 0, "it %s", ("broke",), None)
    record.__dict__.update(extra)
    if error:
        record.exc_info = (type(error), error, error.__traceback__)
    return json.loads(JsonLines("tagging", "pod-0").format(record))


def test_a_log_line_is_one_json_object_about_one_record() -> None:
    line = logged(
        topic="t", partition=0, offset=7, trace="abc", event="1", text="secret"
    )
    assert line.pop("time")
    assert line == {
        "level": "ERROR",
        "logger": "toy",
        "message": "it broke",
        "service": "tagging",
        "instance": "pod-0",
        "topic": "t",
        "partition": 0,
        "offset": 7,
        "trace": "abc",
        "event": "1",
    }


def test_a_logged_error_says_where_and_what_kind_but_not_its_text() -> None:
    cause = BulkWriteError({"writeErrors": [{"op": {"text": "swordfish"}}]})
    error = ValueError("swordfish")
    error.__cause__ = cause
    told = logged(error)["exception"]
    assert "swordfish" not in told
    assert "builtins.ValueError" in told
    assert "pymongo.errors.BulkWriteError" in told


def test_traceparents_are_checked_to_the_letter() -> None:
    assert valid(TRACE) == TRACE
    assert valid(new_traceparent())
    assert not sampled(new_traceparent())
    assert sampled(TRACE)
    zero_trace, zero_span = (
        f"00-{'0' * 32}-{'1' * 16}-01",
        f"00-{'1' * 32}-{'0' * 16}-01",
    )
    for bad in (None, "", TRACE + "-x", "01" + TRACE[2:], zero_trace, zero_span):
        assert valid(bad) is None
    assert to_traceparent(to_span_context(TRACE)) == TRACE
    assert valid(current_traceparent())


def test_every_metric_of_the_plumbing_is_declared() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    names = {family.name for family in registry.collect()}
    assert names == {
        "event_loop_lag_seconds",
        "http_server_request_duration_seconds",
        "inbox_duplicates",
        "messaging_chain_age_seconds",
        "messaging_client_consumed_messages",
        "messaging_client_operation_duration_seconds",
        "messaging_client_sent_messages",
        "messaging_consumer_lag_records",
        "messaging_consumer_lag_seconds",
        "messaging_consumer_rebalances",
        "messaging_dead_letters",
        "messaging_event_age_seconds",
        "messaging_fuse_blown",
        "messaging_process_batch_size",
        "messaging_process_duration_seconds",
        "messaging_process_messages",
        "messaging_process_retries",
        "outbox_depth",
        "outbox_oldest_age_seconds",
        "outbox_relay_errors",
    }


def test_settings_come_from_the_environment_and_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FOLKMOOT_KAFKA_BOOTSTRAP", "broker:1")
    monkeypatch.setenv("FOLKMOOT_MONGO_URL", "mongodb://user:swordfish@db")
    settings = ServiceSettings()
    assert settings.kafka_bootstrap == "broker:1"
    assert "swordfish" not in repr(settings)
    assert settings.instance
    with pytest.raises(ValidationError):
        settings.kafka_bootstrap = "other"  # type: ignore[misc]  # that is the point
