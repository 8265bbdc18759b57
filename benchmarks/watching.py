"""What is watched for: probes, as pipeline and floor tell of them from outside."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection

from benchmarks import floor
from benchmarks.clients import LOOK, Clients
from benchmarks.corpus import PROBE, Data, item_id, record_of

PAGE = 20
"""Hits that the reader asks for at a time: a large page costs what is measured."""

NATIVE_ID = re.compile(rb'"native_id": "([^"]+)"')
"""In a document of the floor's, which begins with what was published."""


class Probes(NamedTuple):
    """The items that are watched for, and when each item was sent."""

    wanted: set[str]
    sent: dict[str, float]


Seen = dict[str, float]
"""When each item was seen first; of the monotonic clock, as all moments here."""

Watch = Callable[[Probes, Seen], Awaitable[None]]
"""Notes what is seen, until all that is wanted has been."""


class Watched(NamedTuple):
    """Whose waits are measured: how it is given items, and how it tells of them."""

    publish: Callable[[list[Data]], Awaitable[None]]
    searchable: Watch
    notified: Watch


def pipeline_of(clients: Clients) -> Watched:
    """Return the pipeline: given items over HTTP, seen by a search and a stream."""
    return Watched(
        clients.publish,
        partial(_watch_search, clients),
        partial(_watch_inbox, clients),
    )


def floor_of(mongo: AsyncIOMotorClient[Any], producer: AIOKafkaProducer) -> Watched:
    """Return the floor: given items over Kafka, seen by the effects at its last hops.

    It has neither HTTP nor search: MongoDB tells of a document once it is durable.
    """

    async def publish(batch: list[Data]) -> None:
        sent = [await producer.send(topic, **record_of(data)) for data in batch]
        await asyncio.gather(*sent)

    topic = floor.TOPICS[0]
    found = [mongo[floor.database_of(hop.name)].effect for hop in floor.HOPS[2:]]
    return Watched(publish, *(partial(_watch_effects, one) for one in found))


async def _watch_search(clients: Clients, probes: Probes, seen: Seen) -> None:
    wanted, sent = probes
    asked: dict[str, str | int] = {
        "q": f"tool:{PROBE}",
        "sort": "newest",
        "size": PAGE,
        "facets": "false",
    }
    older: dict[str, str | int] = {}
    while not wanted <= seen.keys():
        answer = await clients.search.get("/v1/search", params=asked | older)
        page, now = answer.json(), time.monotonic()
        ids = [hit["item_id"] for hit in page["hits"]]
        seen.update(dict.fromkeys(set(ids) - seen.keys(), now))
        last = sent.get(ids[-1], 0.0) if ids else 0.0
        older = {}
        if any(sent[i] < last for i in (wanted & sent.keys()) - seen.keys()):
            # They come out of order: one that is missed may be on the next page.
            older["cursor"] = page["cursor"]
        else:
            await asyncio.sleep(LOOK)


async def _watch_inbox(clients: Clients, probes: Probes, seen: Seen) -> None:
    async with clients.notification.stream("GET", "/v1/inbox/stream") as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                entry = json.loads(line[6:])
                seen[entry["item_id"]] = time.monotonic()
                if probes.wanted <= seen.keys():
                    return


async def _watch_effects(
    effects: AsyncIOMotorCollection[Any], probes: Probes, seen: Seen
) -> None:
    fields = {"$project": {"fullDocument.value": 1}}
    async with effects.watch([fields]) as changes:
        async for change in changes:
            told = NATIVE_ID.search(change["fullDocument"]["value"])
            if told is None:
                raise ValueError("the floor has written what was not published")
            seen[item_id(told[1].decode())] = time.monotonic()
            if probes.wanted <= seen.keys():
                return
