"""The HTTP side of a service: its routers, health, metrics, and one middleware."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

import uvicorn
from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from opentelemetry.trace import SpanKind
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import (
    CONTENT_TYPE_LATEST,
    generate_latest,
)
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from folkmoot_chassis import problems
from folkmoot_chassis.auth import Verifier
from folkmoot_chassis.health import Health
from folkmoot_chassis.metrics import Metrics
from folkmoot_chassis.openapi import ON_PROBLEM, DocumentedApp
from folkmoot_chassis.telemetry import Telemetry
from folkmoot_chassis.traces import current_traceparent, trace_id, valid

OWN_PATHS = frozenset({"/health/live", "/health/ready", "/metrics"})
METHODS = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
)
"""Whatever else a caller makes up must not become a label (OpenTelemetry: `_OTHER`)."""
TRACE_HEADER = b"trace-id"
MAX_BODY = 6 * 1024 * 1024
"""Bytes of a request's body, more than any route takes."""


def make_app(
    name: str,
    version: str,
    *,
    summary: str = "",
    verifier: Verifier,
    telemetry: Telemetry,
    metrics: Metrics,
) -> FastAPI:
    """Return an application without routes; its documents are not served.

    They would answer a caller whom nobody knows.
    """
    app = DocumentedApp(
        title=f"Folkmoot {name}",
        summary=summary or None,
        version=version,
        license_info={"name": "Apache 2.0", "identifier": "Apache-2.0"},
        responses=ON_PROBLEM,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.verifier = verifier
    problems.install(app)
    app.add_middleware(Bounded)
    app.add_middleware(Observed, telemetry=telemetry, metrics=metrics)
    return app


def own_routes(health: Health, registry: CollectorRegistry) -> APIRouter:
    """Return what every service answers without asking who calls."""
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    async def live() -> JSONResponse:
        wrong = await health.live()
        return _state("live", wrong, wrong)

    @router.get("/health/ready")
    async def ready() -> JSONResponse:
        lacking, told = await asyncio.gather(health.readiness(), health.troubles())
        return _state("ready", lacking, told | lacking)

    @router.get("/metrics")
    async def metrics() -> Response:
        text = generate_latest(registry)  # type: ignore[no-untyped-call]  # upstream
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return router


def _state(
    name: str, lacking: Mapping[str, str], wrong: Mapping[str, str]
) -> JSONResponse:
    content = {name: not lacking, "wrong": wrong}
    return JSONResponse(content, status_code=503 if lacking else 200)


class Bounded:
    """Gives up a request whose body is too large.

    FastAPI reads a body whole, and does so before it asks who sends it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on (ASGI)."""
        size = 0

        async def receiving() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > MAX_BODY:
                raise HTTPException(413, "The body is too large")
            return message

        await self._app(scope, receiving, send)


class Observed:
    """Gives each request a span and a duration, and answers with its trace id."""

    def __init__(self, app: ASGIApp, *, telemetry: Telemetry, metrics: Metrics) -> None:
        self._app = app
        self._telemetry = telemetry
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on (ASGI)."""
        if scope["type"] != "http" or scope["path"] in OWN_PATHS:
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        incoming = (
            dict(scope["headers"]).get(b"traceparent", b"").decode("ascii", "replace")
        )
        status = 500
        with self._telemetry.span(
            method,
            SpanKind.SERVER,
            traceparent=valid(incoming),
            attributes={"http.request.method": method, "url.scheme": scope["scheme"]},
        ) as span:
            trace = trace_id(current_traceparent()).encode()

            async def sending(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    message.setdefault("headers", [])
                    message["headers"] = [*message["headers"], (TRACE_HEADER, trace)]
                await send(message)

            try:
                await self._app(scope, receive, sending)
            finally:
                route = _route(scope)
                span.update_name(f"{method} {route}")
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", status)
                self._metrics.http_duration.labels(method, route, str(status)).observe(
                    time.monotonic() - started
                )


def _route(scope: MutableMapping[str, Any]) -> str:
    """Return the route's template: a path would make a label of every id."""
    return str(getattr(scope.get("route"), "path", "(none)"))


BACKLOG = 2048
"""Connections that may wait to be accepted."""


class Server(uvicorn.Server):
    """Serves until told to stop; signals are the service's to handle."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_graceful_shutdown=10,
                timeout_keep_alive=30,
            )
        )

    @contextlib.contextmanager
    @override
    def capture_signals(self) -> Iterator[None]:
        yield

    def listen(self, host: str, port: int) -> asyncio.Task[None]:
        """Begin to serve; raises OSError where somebody else has the port.

        Left to bind by itself, uvicorn would exit the interpreter instead.
        """
        listening = socket.create_server(
            (host, port), family=_family(host), backlog=BACKLOG
        )
        return asyncio.create_task(self.serve(sockets=[listening]))

    async def stop(self, task: asyncio.Task[None]) -> None:
        """Finish the requests in hand and close."""
        self.should_exit = True
        await task


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
