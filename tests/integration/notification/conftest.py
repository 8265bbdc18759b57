"""Fixtures: the service, its callers and an endpoint for its webhooks."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from folkmoot_chassis.service import Service
from folkmoot_notification.app import build_app
from folkmoot_notification.settings import Settings

from tests.support.processes import ServiceFacts, SignToken, running
from tests.support.webhook_receiver import WebhookReceiver, webhook_receiver

Facts = dict[str, Any]


class Caller:
    """Somebody who uses the service."""

    def __init__(self, url: str, token: str) -> None:
        self.client = httpx.AsyncClient(
            base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=30
        )

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.client.get(path, params=params)
        return answer.raise_for_status().json()

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.client.post(path, json=body, headers=headers)

    async def subscribe(self, **body: Any) -> dict[str, Any]:
        answer = await self.post("/v1/subscriptions", body)
        made: dict[str, Any] = answer.raise_for_status().json()
        return made

    async def inbox(self, **params: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.get("/v1/inbox", **params))["items"]
        return items

    @asynccontextmanager
    async def stream(self, last: int | None = None) -> AsyncIterator["Stream"]:
        headers = {} if last is None else {"last-event-id": str(last)}
        async with self.client.stream(
            "GET", "/v1/inbox/stream", headers=headers
        ) as answer:
            lines = answer.raise_for_status().aiter_lines()
            assert await anext(lines) == "retry: 1000"
            yield Stream(lines)


class Stream:
    """The events of a live stream, as a browser reads them."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self, seconds: float = 15) -> tuple[int, dict[str, Any]]:
        """Return the id and the data of the next event."""
        async with asyncio.timeout(seconds):
            position = 0
            async for line in self._lines:
                if line.startswith("id: "):
                    position = int(line[4:])
                if line.startswith("data: "):
                    return position, json.loads(line[6:])
        raise EOFError


@pytest.fixture
def facts(service_facts: ServiceFacts) -> Facts:
    return service_facts("notification", webhook_allow="127.0.0.0/8", trace_ratio=1.0)


@pytest.fixture
async def service(facts: Facts, topics: None) -> Service:
    del topics
    return build_app(Settings(**facts))


@pytest.fixture
async def url(service: Service) -> AsyncIterator[str]:
    async with running(service) as address:
        yield address


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with webhook_receiver() as made:
        yield made


MakeCaller = Callable[..., Caller]


@pytest.fixture
async def as_person(sign_token: SignToken) -> AsyncIterator[MakeCaller]:
    callers: list[Caller] = []

    def caller(
        url: str, person: str = "grace", company: str = "north", **more: Any
    ) -> Caller:
        callers.append(Caller(url, sign_token(person, company, **more)))
        return callers[-1]

    yield caller
    for each in callers:
        await each.client.aclose()
