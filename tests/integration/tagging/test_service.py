"""The whole service between real Kafka and real MongoDB."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from folkmoot_chassis import cloudevents
from folkmoot_events import (
    ConceptChanged,
    ConceptRetired,
    Event,
    ItemCaptured,
    ItemRetracted,
    ItemTagged,
)
from folkmoot_tagging.app import build_app
from folkmoot_tagging.settings import Settings

from tests.support.conditions import until
from tests.support.platform import Addresses
from tests.support.processes import ServiceFacts, SignToken, running
from tests.support.tagging_fakes import NOON, an_item

VOCABULARY = Path(__file__).parents[3] / "cli/src/folkmoot/demo/vocabulary.ttl"
WORKPLACE = VOCABULARY.read_text()
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"

Tell = Callable[..., Awaitable[None]]
Hear = Callable[[str], Awaitable[list[Any]]]

pytestmark = pytest.mark.usefixtures("topics")


@pytest.fixture
async def tell(platform: Addresses) -> AsyncIterator[Tell]:
    """Publish events as ingest does."""
    producer = AIOKafkaProducer(bootstrap_servers=platform.kafka_bootstrap)
    await producer.start()

    async def publish(*events: Event) -> None:
        for event in events:
            attributes = {
                "id": str(uuid4()),
                "source": "/folkmoot/ingest",
                "specversion": "1.0",
                "type": event.type,
                "subject": event.key,
                "time": NOON.isoformat(),
            }
            await producer.send_and_wait(
                event.topic,
                event.model_dump_json().encode(),
                key=event.key.encode(),
                headers=cloudevents.encode(attributes, f"00-{TRACE}-{'7' * 16}-01"),
            )

    yield publish
    await producer.stop()


@pytest.fixture
async def hear(platform: Addresses) -> AsyncIterator[Hear]:
    """Read all that a topic holds by now."""
    consumer = AIOKafkaConsumer(bootstrap_servers=platform.kafka_bootstrap)
    await consumer.start()

    async def read(topic: str) -> list[Any]:
        partitions = [TopicPartition(topic, p) for p in (0, 1)]
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


@pytest.fixture
def headers(sign_token: SignToken) -> dict[str, dict[str, str]]:
    """Authorization of a reader of each company, and of an operator."""
    tokens = {
        "north": sign_token("ada", "north"),
        "east": sign_token("eve", "east"),
        "operator": sign_token("ops", "north", roles=("operator",)),
    }
    return {who: {"authorization": f"Bearer {tokens[who]}"} for who in tokens}


def type_of(record: Any) -> str:
    return str(dict(record.headers)["ce_type"], "ascii")


def a_retraction(item_id: str, revision: int) -> ItemRetracted:
    return ItemRetracted(
        item_id=item_id,
        revision=revision,
        company="north",
        source="chat.north.example",
        retracted=NOON,
        reason="deleted_at_source",
    )


@pytest.fixture
async def tagging(service_facts: ServiceFacts) -> AsyncIterator[httpx.AsyncClient]:
    """Run the service with the small vocabulary."""
    settings = Settings(**service_facts("tagging", vocabulary=VOCABULARY))
    async with (
        running(build_app(settings)) as url,
        httpx.AsyncClient(base_url=url) as client,
    ):
        yield client


async def all_told(hear: Hear, number: int) -> dict[str, Any]:
    """Wait until so many items were told; return the records by item id."""

    async def told() -> list[Any]:
        records = await hear(ItemTagged.topic)
        return records if len(records) >= number else []

    records = await until(told)
    assert len(records) == number
    return {record.key.decode(): record for record in records}


async def test_an_item_is_told_once_with_its_tags_in_the_trace_of_its_capture(
    tagging: httpx.AsyncClient, tell: Tell, hear: Hear
) -> None:
    item = an_item(1, text="The Kafka #rollout is done, see https://example.com")
    await tell(*[ItemCaptured(item=item)] * 3, ItemCaptured(item=an_item(2)))
    record = (await all_told(hear, 2))[item.id]
    event = ItemTagged.model_validate_json(record.value)
    assert event.item == item
    ids = [tag.id.rpartition("/")[2] for tag in event.tags]
    assert ids == ["hashtag:rollout", "messaging", "deployment", "example.com"]
    assert dict(record.headers)["traceparent"].split(b"-")[1].decode() == TRACE
    metrics = (await tagging.get("/metrics")).text
    assert 'tagging_items_total{outcome="tagged"} 2.0' in metrics
    assert "rollout" not in metrics


async def test_tags_and_figures_show_to_those_who_may_see_the_item(
    tagging: httpx.AsyncClient,
    tell: Tell,
    hear: Hear,
    headers: dict[str, dict[str, str]],
) -> None:
    item = an_item(1, text="#plan")
    other = an_item(2, company="east", visibility=("company:east",), text="ok")
    await tell(ItemCaptured(item=item), ItemCaptured(item=other))
    await all_told(hear, 2)
    path = f"/v1/items/{item.id}/tags"
    assert (await tagging.get(path)).status_code == 401
    refused = await tagging.get(path, headers=headers["east"])
    assert refused.status_code == 404
    assert refused.headers["content-type"] == "application/problem+json"
    answer = await tagging.get(path, headers=headers["north"])
    assert [tag["id"] for tag in answer.json()["tags"]] == ["hashtag:plan"]
    for who, items in (("north", 1), ("east", 1), ("operator", 2)):
        stats = await tagging.get("/v1/stats", headers=headers[who])
        assert stats.json()["items"] == items


async def test_a_retracted_item_loses_its_tags_for_good(
    tagging: httpx.AsyncClient,
    tell: Tell,
    hear: Hear,
    headers: dict[str, dict[str, str]],
) -> None:
    item = an_item(1, text="#plan")
    await tell(ItemCaptured(item=item))
    await all_told(hear, 1)

    async def forgotten() -> bool:
        path = f"/v1/items/{item.id}/tags"
        answer = await tagging.get(path, headers=headers["north"])
        return answer.status_code == 404

    await tell(a_retraction(item.id, 2), ItemCaptured(item=item))
    await until(forgotten)
    await tell(ItemCaptured(item=an_item(3)))
    await all_told(hear, 2)
    assert await forgotten()


async def test_the_vocabulary_is_announced_once_and_then_only_where_it_changed(
    service_facts: ServiceFacts,
    hear: Hear,
    headers: dict[str, dict[str, str]],
    tmp_path: Path,
) -> None:
    edition = tmp_path / "vocabulary.ttl"
    edition.write_text(WORKPLACE)
    concepts = WORKPLACE.count("a skos:Concept ;")
    facts = service_facts("tagging", vocabulary=edition, vocabulary_poll=0.05)

    async def announced() -> Counter[str]:
        return Counter(map(type_of, await hear(ConceptChanged.topic)))

    async def all_announced() -> bool:
        return (await announced()).total() >= concepts

    async with running(build_app(Settings(**facts))):
        await until(all_announced)
    assert await announced() == {ConceptChanged.type: concepts}

    async with running(build_app(Settings(**facts))) as url:
        without_the_last = WORKPLACE.rpartition("\n:")[0]
        edition.write_text(without_the_last.replace('"K8s"', '"Kube"'))

        async def change_announced() -> bool:
            return (await announced()).total() >= concepts + 2

        await until(change_announced)
        async with httpx.AsyncClient(base_url=url, headers=headers["north"]) as client:
            found = await client.get("/v1/concepts", params={"prefix": "kub"})
            gone = await client.get("/v1/concepts", params={"prefix": "procur"})
            nothing = await client.get("/v1/concepts", params={"prefix": ""})
    assert [one["label"] for one in found.json()["concepts"]] == ["Kubernetes"]
    assert gone.json() == {"concepts": []}
    assert nothing.status_code == 422
    assert await announced() == {
        ConceptChanged.type: concepts + 1,
        ConceptRetired.type: 1,
    }
    records = await hear(ConceptChanged.topic)
    (retired,) = (r for r in records if type_of(r) == ConceptRetired.type)
    assert json.loads(retired.value)["revision"] == 2
