import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from folkmoot_chassis.service import Service
from folkmoot_ingest.app import build_app
from folkmoot_ingest.domain.http_binding import BATCHED
from folkmoot_ingest.settings import Settings

from tests.support.platform import Addresses
from tests.support.processes import ServiceFacts, running

KEYS = {
    company: f"folkmoot_test_{company}_{'A' * 43}" for company in ("north", "south")
}

Hear = Callable[[str], Awaitable[list[Any]]]
Send = Callable[..., Awaitable[httpx.Response]]
Put = Callable[..., Awaitable[None]]


@pytest.fixture
def facts(service_facts: ServiceFacts, tmp_path: Path) -> dict[str, Any]:
    keys = [
        {"id": c, "sha256": hashlib.sha256(k.encode()).hexdigest(), "company": c}
        for c, k in KEYS.items()
    ]
    (tmp_path / "keys.json").write_text(json.dumps({"keys": keys}))
    (tmp_path / "sources.json").write_text(json.dumps({"crm.north": "north"}))
    return service_facts(
        "ingest",
        api_keys=tmp_path / "keys.json",
        inbound_sources=tmp_path / "sources.json",
    )


@pytest.fixture
async def service(facts: dict[str, Any], topics: None) -> Service:
    del topics
    return build_app(Settings(**facts))


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        running(service) as url,
        httpx.AsyncClient(base_url=url, timeout=30) as made,
    ):
        yield made


@pytest.fixture
def send(client: httpx.AsyncClient) -> Send:
    """Return a publisher: `await send([event, …], "north")`."""

    async def post(
        events: list[dict[str, Any]], company: str = "north", **headers: str
    ) -> httpx.Response:
        told = {"x-api-key": KEYS[company], "content-type": BATCHED} | headers
        return await client.post("/v1/events", content=json.dumps(events), headers=told)

    return post


@pytest.fixture
async def put(platform: Addresses, topics: None) -> AsyncIterator[Put]:
    """Return a writer of raw records: `await put(topic, value, headers)`."""
    del topics
    producer = AIOKafkaProducer(bootstrap_servers=platform.kafka_bootstrap)
    await producer.start()

    async def write(
        topic: str, value: bytes | None, headers: list[tuple[str, bytes | None]]
    ) -> None:
        await producer.send_and_wait(topic, value, key=b"crm.north", headers=headers)

    yield write
    await producer.stop()


@pytest.fixture
async def hear(platform: Addresses, topics: None) -> AsyncIterator[Hear]:
    """Return a reader of all that a topic holds by now."""
    del topics
    consumer = AIOKafkaConsumer(bootstrap_servers=platform.kafka_bootstrap)
    await consumer.start()

    async def read(topic: str) -> list[Any]:
        numbers = consumer.partitions_for_topic(topic) or {0, 1}
        partitions = [TopicPartition(topic, number) for number in numbers]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        records: list[Any] = []
        while len(records) < sum(ends.values()):
            for some in (await consumer.getmany(timeout_ms=100)).values():
                records += some
        return records

    yield read
    await consumer.stop()
