"""Fixtures: services, run in this process or as processes of their own."""

import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from folkmoot.local.keys import Person, SigningKeys
from folkmoot.local.ports import free_ports
from folkmoot.local.supervisor import Process, Program, Supervisor
from folkmoot_chassis.service import Service
from folkmoot_chassis.settings import ServiceSettings
from pymongo import MongoClient

from tests.support.conditions import until
from tests.support.platform import Addresses

SESSION_SECONDS = 6.0
"""How long a dead consumer holds its partitions."""

ServiceFacts = Callable[..., dict[str, Any]]
SignToken = Callable[..., str]
SpawnService = Callable[..., Process]


@pytest.fixture(scope="session")
def signing_keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    """Return the key pair that signs every token of this run."""
    keys = SigningKeys(tmp_path_factory.mktemp("keys"))
    keys.ensure()
    return keys


@pytest.fixture
def sign_token(signing_keys: SigningKeys) -> SignToken:
    """Return a maker of tokens: `sign_token("ada", "north", groups=("design",))`."""

    def sign(person: str, company: str, **more: Any) -> str:
        return signing_keys.token(Person(person, company, **more), seconds=3600)

    return sign


@pytest.fixture
def service_facts(
    platform: Addresses, unique: str, signing_keys: SigningKeys
) -> Iterator[ServiceFacts]:
    """Return a maker of what a service is told: fields of its settings.

    `Settings(**service_facts("tagging", batch_max_records=10))`. Each service gets a
    database and each call a port of its own. The instance stays the same, so that a
    test's service takes over at once from the one before it: give another `instance`
    only for a second replica.
    """

    databases: set[str] = set()

    def make(service: str, **more: Any) -> dict[str, Any]:
        database = f"{unique}_{service.replace('-', '_')}"
        databases.add(database)
        facts = {
            "kafka_bootstrap": platform.kafka_bootstrap,
            "kafka_session_timeout": SESSION_SECONDS,
            "mongo_url": platform.mongo_url,
            "mongo_database": database,
            "http_port": free_ports(1)[0],
            "instance": "test",
            "jwks": str(signing_keys.jwks),
        }
        return facts | more

    yield make
    with MongoClient[dict[str, Any]](platform.mongo_url) as client:
        for name in databases:
            client.drop_database(name)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", timeout=5).is_success
    except httpx.HTTPError:
        return False


def url_of(settings: ServiceSettings) -> str:
    """Return where a service answers."""
    return f"http://{settings.http_host}:{settings.http_port}"


@contextlib.asynccontextmanager
async def running(service: Service) -> AsyncIterator[str]:
    """Run a service in this process, yield its URL once it is ready, stop it."""
    url = url_of(service.settings)
    async with httpx.AsyncClient(base_url=url) as client:

        async def ready() -> bool:
            try:
                return (await client.get("/health/ready")).is_success
            except httpx.HTTPError:
                return False

        try:
            await service.start()
            await until(ready, seconds=30)
            yield url
        finally:
            await service.stop()


@pytest.fixture
def spawn_service(tmp_path: Path) -> Iterator[SpawnService]:
    """Return a starter of services as processes, killed after the test.

    `spawn_service("tagging", service_facts("tagging"))` returns once it is ready. The
    process offers `kill()`, `stop()` and `exit_code`; call again with the same facts to
    start it once more. `ready=False` returns at once.
    """
    with Supervisor() as supervisor:

        def spawn(
            service: str, facts: dict[str, Any], *, ready: bool = True
        ) -> Process:
            module = f"folkmoot_{service.replace('-', '_')}"
            url = f"http://127.0.0.1:{facts['http_port']}"
            process = supervisor.launch(
                Program(
                    name=f"{service}-{facts['instance']}",
                    argv=(sys.executable, "-m", module),
                    log=tmp_path / f"{service}-{facts['instance']}.log",
                    is_ready=lambda: _is_ready(url),
                    env={f"FOLKMOOT_{k.upper()}": str(v) for k, v in facts.items()},
                    stop_grace=10,
                )
            )
            if ready:
                process.wait_ready()
            return process

        yield spawn
        for process in supervisor:
            process.kill()
