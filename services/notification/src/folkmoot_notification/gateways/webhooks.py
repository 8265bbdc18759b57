"""Webhooks over HTTP, signed as Standard Webhooks says."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpcore
from folkmoot_chassis.failpoints import hit
from folkmoot_chassis.traces import current_traceparent
from opentelemetry.trace import Span, SpanKind
from standardwebhooks import Webhook

from folkmoot_notification.domain.deliveries import Answer, Delivery
from folkmoot_notification.domain.endpoints import Endpoint
from folkmoot_notification.gateways.guard import Guard, RefusedError
from folkmoot_notification.gateways.guarded_network import GuardedNetwork
from folkmoot_notification.gateways.prometheus_tally import PrometheusTally
from folkmoot_notification.ports import Clock

READ_AT_MOST = 16 * 1024
PORTS = {"http": 80, "https": 443}


class Tracing(Protocol):
    """Makes spans."""

    def span(
        self,
        name: str,
        kind: SpanKind,
        *,
        traceparent: str | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> AbstractContextManager[Span]:
        """Run a block in a span that continues `traceparent`."""
        ...


class HttpWebhooks:
    """Sends signed messages; follows no redirect and keeps no answer's body."""

    def __init__(
        self,
        guard: Guard,
        tracing: Tracing,
        clock: Clock,
        tally: PrometheusTally,
        seconds: float,
    ) -> None:
        self._guard = guard
        self._tracing = tracing
        self._clock = clock
        self._tally = tally
        self._seconds = seconds
        self._pools = {
            scheme: httpcore.AsyncConnectionPool(
                max_connections=256,
                max_keepalive_connections=64,
                keepalive_expiry=30,
                network_backend=GuardedNetwork(guard, tls=scheme == "https"),
            )
            for scheme in ("http", "https")
        }

    async def check(self, url: str) -> str | None:
        """Return why a URL may not be called, or None."""
        return await self._guard.check(url)

    async def send(
        self, endpoint: Endpoint, delivery: Delivery, payload: Mapping[str, Any]
    ) -> Answer:
        """Make one attempt; failures are answers, not exceptions."""
        parts = urlsplit(endpoint.url)
        attributes = {
            "http.request.method": "POST",
            "server.address": parts.hostname or "",
            "server.port": parts.port or PORTS[parts.scheme],
        }
        if delivery.begun > 1:
            attributes["http.request.resend_count"] = delivery.begun - 1
        with self._tracing.span(
            "POST webhook",
            SpanKind.CLIENT,
            traceparent=delivery.traceparent,
            attributes=attributes,
        ) as span:
            body = json.dumps(payload, ensure_ascii=False)
            headers = self._headers(endpoint, delivery, body)
            answer = await self._timed(
                lambda: self._post(endpoint.url, headers, body.encode())
            )
            if answer.status:
                span.set_attribute("http.response.status_code", answer.status)
            if answer.error:
                span.set_attribute("error.type", answer.error)
        self._tally.attempted(answer)
        return answer

    async def close(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()

    def _headers(
        self, endpoint: Endpoint, delivery: Delivery, body: str
    ) -> dict[str, str]:
        # The library takes the clock time of whatever zone it is given for UTC.
        now = self._clock.now().astimezone(UTC)
        return {
            "content-type": "application/json",
            "user-agent": "folkmoot-notification",
            "traceparent": current_traceparent(),
            "webhook-id": delivery.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(endpoint.secret).sign(delivery.id, now, body),
        }

    async def _timed(self, post: Callable[[], Any]) -> Answer:
        loop = asyncio.get_running_loop()
        started = loop.time()
        status, wait, failure = None, None, None
        try:
            async with asyncio.timeout(self._seconds):
                status, wait = await post()
        except RefusedError:
            failure = "address-refused"
        except (TimeoutError, httpcore.TimeoutException):
            failure = "timeout"
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            failure = type(error).__name__
        return Answer(status, failure, loop.time() - started, wait)

    async def _post(
        self, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, timedelta | None]:
        hit("webhook.before_send")
        pool = self._pools[urlsplit(url).scheme]
        sized = [*headers.items(), ("content-length", str(len(body)))]
        seconds = dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)
        async with pool.stream(
            "POST",
            url,
            headers=sized,
            content=body,
            extensions={"timeout": seconds},
        ) as response:
            # Read a little, so that the connection of a terse endpoint can be kept.
            size = 0
            async for chunk in response.aiter_stream():
                size += len(chunk)
                if size > READ_AT_MOST:
                    break
        hit("webhook.after_send")
        wait = dict(response.headers).get(b"retry-after", b"")
        asked = retry_after(wait.decode("ascii", "replace"), self._clock.now())
        return response.status, asked


def retry_after(value: str, now: datetime) -> timedelta | None:
    """Return what a Retry-After header asks for: seconds, or a date (RFC 9110)."""
    digits = value.strip()
    if digits.isascii() and digits.isdecimal():
        # More digits than that are refused by int() and no wait anybody means.
        return timedelta(seconds=min(int(digits[:12]), 10**8))
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(until - now, timedelta())
