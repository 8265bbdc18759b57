"""Requests that come too early, or while something else is away."""

import asyncio

import httpx
from fastapi import APIRouter
from folkmoot.local.ports import free_ports
from folkmoot_chassis.failures import Transient
from folkmoot_chassis.health import Progress
from folkmoot_chassis.service import Service
from folkmoot_chassis.settings import ServiceSettings
from pydantic import SecretStr


def serving() -> Service:
    service = Service(ServiceSettings(), name="toy", version="1")
    router = APIRouter()

    @router.get("/fine")
    async def fine() -> str:
        return "fine"

    @router.get("/away")
    async def away() -> str:
        raise Transient("no primary")

    service.mount(router)
    return service


async def ask(service: Service, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path)


async def test_nobody_is_sent_away_for_good_before_the_service_is_prepared() -> None:
    service = serving()
    early = await ask(service, "/fine")
    assert (early.status_code, early.headers["retry-after"]) == (503, "1")
    assert early.json()["type"] == "urn:folkmoot:problem:unavailable"
    service.prepared()
    assert (await ask(service, "/fine")).status_code == 200


async def test_a_failure_that_may_pass_asks_the_caller_to_try_again() -> None:
    service = serving()
    service.prepared()
    answer = await ask(service, "/away")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


async def test_a_service_that_waits_for_what_it_needs_is_alive() -> None:
    settings = ServiceSettings(
        http_port=free_ports(1)[0], mongo_url=SecretStr("mongodb://127.0.0.1:1")
    )
    service = Service(settings, name="toy", version="1")
    reached = asyncio.Event()

    async def work() -> None:
        await asyncio.Event().wait()

    service.background("work", work, Progress(-1))

    async def refused() -> None:
        reached.set()
        raise ConnectionError

    service._prepare = [refused]  # noqa: SLF001  where a start waits
    starting = asyncio.create_task(service.start())
    await reached.wait()
    alive = await service.health.live()
    begun = asyncio.all_tasks() - {asyncio.current_task()}
    for task in begun:
        task.cancel()
    await asyncio.gather(*begun, return_exceptions=True)
    assert starting.cancelled()
    assert alive == {}
