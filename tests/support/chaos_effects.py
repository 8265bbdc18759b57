"""What took effect, read from the services' databases, from Kafka and from searches."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from folkmoot.local.mongo import database_of
from folkmoot.local.ports import SERVICES
from folkmoot_events import (
    ItemCaptured,
    ItemRevised,
    ItemTagged,
    NotificationDelivered,
)
from folkmoot_events.topics import consumer_group
from pydantic_core import from_json
from pymongo import MongoClient

from tests.support.ledger import Book, Key

Effects = dict[str, Counter[Key]]
Marks = Mapping[TopicPartition, int]
PAGE = 200
READING_SECONDS = 600
"""How long reading all that a trial has put into Kafka may take."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look; the MongoDB user may read everything."""

    kafka: str
    mongo: str
    search: str
    token: str


def stored(places: Places, book: Book) -> tuple[Effects, dict[str, int]]:
    """Return the effects of a book that MongoDB holds, and what waits in outboxes."""
    with MongoClient[dict[str, Any]](places.mongo) as client:
        ingest, tagging, search, notification = (
            client[database_of(s)] for s in SERVICES
        )
        items = {"_id": {"$in": list(book.versions)}}
        record = ingest["record"].find({"item.source": book.source})
        indexed = search["documents"].find({"source": book.source})
        told = notification["notifications"].find({"person": book.word})
        sent = notification["deliveries"].find({"person": book.word})
        effects = {
            "recorded": Counter((d["item_id"], d["revision"]) for d in record),
            "tagged": Counter(
                (d["_id"], d["item_revision"])
                for d in tagging["tagged_items"].find(items)
            ),
            "indexed": Counter((d["_id"], d["item_revision"]) for d in indexed),
            "notified": Counter(d["excerpt"]["item_id"] for d in told),
            "delivered": Counter(
                d["item_id"] for d in sent if d["state"] == "delivered"
            ),
        }
        waiting = {
            f"outbox of {service}": client[database_of(service)][
                "outbox"
            ].count_documents({})
            for service in SERVICES
        }
    return effects, waiting


async def searchable(places: Places, book: Book) -> Counter[Key]:
    """Return how often a search shows each item, over all of its pages."""
    found: Counter[Key] = Counter()
    asked: dict[str, Any] = {"q": book.query, "size": PAGE, "sort": "newest"}
    headers = {"authorization": f"Bearer {places.token}"}
    async with httpx.AsyncClient(
        base_url=places.search, headers=headers, trust_env=False
    ) as client:
        while True:
            answer = await client.get("/v1/search", params=asked | {"facets": False})
            page = answer.raise_for_status().json()
            found.update(hit["item_id"] for hit in page["hits"])
            if not page["cursor"]:
                return found
            asked["cursor"] = page["cursor"]


async def unread(places: Places) -> dict[str, int]:
    """Return the records that each group has yet to commit."""
    async with _admin(places) as admin:
        done = {
            s: await admin.list_consumer_group_offsets(consumer_group(s))
            for s in SERVICES
        }
    until = await ends(places)
    return {
        f"lag of {service}": sum(until[tp] - at.offset for tp, at in offsets.items())
        for service, offsets in done.items()
    }


async def ends(places: Places) -> Marks:
    """Return where every topic ends now, those of dead letters too."""
    async with _admin(places) as admin:
        described = await admin.describe_topics()
    known = [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in described
        for partition in topic["partitions"]
        if not topic["is_internal"]
    ]
    async with AIOKafkaConsumer(bootstrap_servers=places.kafka) as consumer:
        consumer.assign(known)  # else each topic's metadata costs a round of its own
        found: Marks = await consumer.end_offsets(known)
        return found


@contextlib.asynccontextmanager
async def _admin(places: Places) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=places.kafka)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


@dataclass(frozen=True, slots=True)
class Announced:
    """What stands in Kafka; how many records stand there twice, or in wrong order."""

    effects: Effects
    again: dict[str, int]
    late: dict[str, int]


async def published(places: Places, book: Book, since: Marks) -> Announced:
    """Return what was announced after `since`."""
    by_event: dict[str, Counter[Key]] = {}
    late: Counter[str] = Counter()
    newest: dict[tuple[str, Key], int] = {}
    until = await ends(places)
    async with AIOKafkaConsumer(bootstrap_servers=places.kafka) as consumer:
        async for record in _records(consumer, since, until):
            for name, key, event in _told(record, book):
                counted = by_event.setdefault(name, Counter())
                counted[key, event] += 1
                if name in IN_ORDER and counted[key, event] == 1:
                    item, revision = key
                    late[name] += revision < newest.get((name, item), 0)
                    newest[name, item] = revision
    effects = {
        name: Counter(key for key, _ in counted) for name, counted in by_event.items()
    }
    again = {name: c.total() - len(c) for name, c in by_event.items()}
    return Announced(effects, again, {name: n for name, n in late.items() if n})


async def _records(
    consumer: AIOKafkaConsumer, since: Marks, until: Marks
) -> AsyncIterator[ConsumerRecord]:
    open_ = {tp for tp, end in until.items() if end > since.get(tp, 0)}
    if not open_:
        return
    consumer.assign(open_)
    for tp in open_:
        consumer.seek(tp, since.get(tp, 0))
    async with asyncio.timeout(READING_SECONDS):
        while open_:
            batches = await consumer.getmany(*open_, timeout_ms=200)
            for records in batches.values():
                for record in records:
                    yield record
            open_ = {tp for tp in open_ if await consumer.position(tp) < until[tp]}


def _told(record: ConsumerRecord, book: Book) -> Iterable[tuple[str, Key, str]]:
    """Return the effects of which a record tells: name, key and event id."""
    headers = {name: (value or b"").decode() for name, value in record.headers}
    if record.topic.endswith(".dlq"):
        place = (int(headers["x-origin-partition"]), int(headers["x-origin-offset"]))
        return [(record.topic, place, headers["x-dead-lettered-at"])]
    kind = headers.get("ce_type", "")
    if kind not in TOLD or record.value == POISON:
        return []
    data = from_json(record.value)
    item = data.get("item", {})
    if kind == NotificationDelivered.type:
        return (
            [(CHANNELS[data["channel"]], data["item_id"], headers["ce_id"])]
            if data["person_id"] == book.word
            else []
        )
    if item.get("source") != book.source:
        return []
    return [(TOLD[kind], (item["id"], item["revision"]), headers["ce_id"])]


POISON = b'{"item": {"id": "itm_'
"""A value that breaks off."""
TOLD = {
    ItemCaptured.type: "announced",
    ItemRevised.type: "announced",
    ItemTagged.type: "told with tags",
    NotificationDelivered.type: "",
}
IN_ORDER = ("announced", "told with tags")
"""Whose keys are an item and its revision."""
CHANNELS = {"inbox": "notifications announced", "webhook": "deliveries announced"}
