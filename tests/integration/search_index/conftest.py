from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from folkmoot_chassis import mongo
from folkmoot_chassis.outbox import Outbox
from folkmoot_chassis.service import Service
from folkmoot_chassis.sessions import Sessions
from folkmoot_chassis.transactions import Transactor
from folkmoot_search_index.app import build_app
from folkmoot_search_index.settings import Settings

from tests.support.processes import ServiceFacts, SignToken, running

Facts = dict[str, Any]
Get = Callable[..., Any]


@pytest.fixture
def facts(service_facts: ServiceFacts, tmp_path: Path) -> Facts:
    return service_facts("search-index", index_dir=tmp_path / "index")


@pytest.fixture
async def service(facts: Facts, tell_searches: bool, topics: None) -> Service:
    del topics
    return build_app(Settings(**facts, tell_searches=tell_searches))


@pytest.fixture
def tell_searches() -> bool:
    """Parametrize a test with it to have searches told of."""
    return False


@pytest.fixture
async def url(service: Service) -> AsyncIterator[str]:
    async with running(service) as address:
        yield address


@pytest.fixture
def transactions(mongo_client: mongo.Client, database: mongo.Database) -> Transactor:
    return Transactor(
        Sessions(mongo_client, database, "tests"),
        Outbox(database, 1),
        source="/test",
        limit=1_000_000,
        committed=lambda _: None,
    )


class Caller:
    """Somebody who asks the service."""

    def __init__(self, url: str, token: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=url, headers={"authorization": f"Bearer {token}"}
        )

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self._client.get(path, params=params)

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self._client.post(path, json=body)

    async def total(self, query: str = "") -> int:
        answer = await self.get("/v1/search", q=query)
        total: int = answer.raise_for_status().json()["total"]
        return total

    async def close(self) -> None:
        await self._client.aclose()


@pytest.fixture
async def ask(url: str, sign_token: SignToken) -> AsyncIterator[Callable[..., Caller]]:
    callers: list[Caller] = []

    def caller(person: str = "ada", company: str = "north", **more: Any) -> Caller:
        callers.append(Caller(url, sign_token(person, company, **more)))
        return callers[-1]

    yield caller
    for each in callers:
        await each.close()
