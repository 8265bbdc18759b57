"""From publishing to searchable and to notified, seen from outside."""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
from aiokafka import AIOKafkaProducer
from folkmoot.importing import MEDIA_TYPE
from folkmoot.local.keys import Person
from folkmoot.local.stack import Stack
from folkmoot_ingest.domain import identity as ids

from benchmarks.corpus import PROBE, SOURCE, event, headers, submissions

LOOK = 0.05
BATCH = 10
SELDOM = 100
"""One in so many items is a probe at full load, so that a commit fits on a page."""

PAGE = 20
"""Hits that the reader asks for at a time: a large page costs what is measured."""

Waits = dict[str, float]

READER = Person("reader", "north", None, (), ())


class Latencies:
    """A publisher, a reader who searches, and a subscriber who listens."""

    def __init__(self, stack: Stack) -> None:
        token = stack.home.keys.token(READER, seconds=7200)
        reader = {"authorization": f"Bearer {token}"}
        key = stack.credentials.api_keys["north"]
        run = stack.run

        def client(service: str, headers: dict[str, str]) -> httpx.AsyncClient:
            return httpx.AsyncClient(
                base_url=run.url(service), headers=headers, timeout=60, trust_env=False
            )

        self.ingest = client("ingest", {"authorization": f"Bearer {key}"})
        self.search = client("search-index", reader)
        self.notification = client("notification", reader)

    async def subscribe(self) -> None:
        """Ask to be told of every probe."""
        answer = await self.notification.post(
            "/v1/subscriptions", json={"expression": f"tool:{PROBE}"}
        )
        answer.raise_for_status()

    async def counts(self) -> tuple[int, int]:
        """Return how many items are searchable and how many were notified."""
        found = await self.search.get(
            "/v1/search", params={"q": "*", "size": 1, "facets": "false"}
        )
        told = await self.notification.get("/v1/inbox", params={"limit": 1})
        return int(found.json()["total"]), int(told.json()["position"])

    async def publish(self, batch: list[dict[str, Any]]) -> None:
        """Publish a batch over HTTP."""
        answer = await self.ingest.post(
            "/v1/events",
            content=json.dumps([event(data) for data in batch]).encode(),
            headers={"content-type": MEDIA_TYPE},
        )
        answer.raise_for_status()

    async def travels(self, data: dict[str, Any]) -> None:
        """Publish a probe and return once it is found and told of.

        Whatever does not answer is asked again.
        """
        note(data, {})
        wanted = item_id(data["native_id"])
        await _persist(lambda: self._published(data))
        await _persist(lambda: self._found(wanted))
        await _persist(lambda: self._told(wanted))

    async def _published(self, data: dict[str, Any]) -> bool:
        await self.publish([data])
        return True

    async def _found(self, wanted: str) -> bool:
        answer = await self.search.get(
            "/v1/search", params={"q": f"tool:{PROBE}", "sort": "newest", "size": 10}
        )
        return wanted in {hit["item_id"] for hit in answer.json()["hits"]}

    async def _told(self, wanted: str) -> bool:
        answer = await self.notification.get("/v1/inbox", params={"limit": 10})
        return wanted in {entry["item_id"] for entry in answer.json()["items"]}


async def _persist(ask: Callable[[], Awaitable[bool]]) -> None:
    while True:
        # What is not there answers with an error, in one form or another.
        with contextlib.suppress(httpx.HTTPError, KeyError, ValueError):
            if await ask():
                return
        await asyncio.sleep(LOOK)


async def watch_steady(watcher: Latencies, rate: int, seconds: int, turn: int) -> Waits:
    """Publish at a steady rate and return p50 and p99 of both ways, in seconds."""
    run = f"at{rate}.{turn}"
    items = list(submissions(rate * seconds, run=run, probe_every=BATCH))

    async def publish(sent: dict[str, float]) -> None:
        began = time.monotonic()
        for number in range(0, len(items), BATCH):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            batch = items[number : number + BATCH]
            for data in batch:
                note(data, sent)
            await watcher.publish(batch)

    return await _watched(f"at_{rate}", watcher, publish, items[::BATCH])


async def watch_full_load(
    watcher: Latencies, producer: AIOKafkaProducer, topic: str, count: int
) -> Waits:
    """Publish as fast as Kafka takes it and return p50 and p99 of both ways."""
    items = list(submissions(count, run="full", probe_every=SELDOM))

    async def publish(sent: dict[str, float]) -> None:
        for data in items:
            note(data, sent)
            value, name = json.dumps(data).encode(), data["native_id"]
            await producer.send(topic, value, name.encode(), headers=headers(name))
        await producer.flush()

    return await _watched("at_full_load", watcher, publish, items[::SELDOM])


def note(data: dict[str, Any], sent: dict[str, float]) -> None:
    """Say that an item is published now."""
    data["published"] = datetime.now(UTC).isoformat()
    sent[item_id(data["native_id"])] = time.monotonic()


async def _watched(
    name: str,
    watcher: Latencies,
    publish: Callable[[dict[str, float]], Awaitable[None]],
    probes: list[dict[str, Any]],
) -> Waits:
    sent: dict[str, float] = {}
    searchable: dict[str, float] = {}
    notified: dict[str, float] = {}
    wanted = {item_id(data["native_id"]) for data in probes}
    watching = [
        asyncio.create_task(_watch_search(watcher, sent, searchable, wanted)),
        asyncio.create_task(_watch_inbox(watcher, notified, wanted)),
    ]
    await asyncio.sleep(1)
    await publish(sent)
    await asyncio.wait_for(asyncio.gather(*watching), 120)
    return {
        **_percentiles(f"searchable_{name}", sent, searchable),
        **_percentiles(f"notified_{name}", sent, notified),
    }


def item_id(native_id: str) -> str:
    """Return the id that ingest gives to an item of the benchmark."""
    return ids.item_id("north", SOURCE, native_id)


async def _watch_search(
    watcher: Latencies,
    sent: dict[str, float],
    seen: dict[str, float],
    wanted: set[str],
) -> None:
    asked: dict[str, str | int] = {
        "q": f"tool:{PROBE}",
        "sort": "newest",
        "size": PAGE,
        "facets": "false",
    }
    older: dict[str, str | int] = {}
    while not wanted <= seen.keys():
        answer = await watcher.search.get("/v1/search", params=asked | older)
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


async def _watch_inbox(
    watcher: Latencies, seen: dict[str, float], wanted: set[str]
) -> None:
    async with watcher.notification.stream("GET", "/v1/inbox/stream") as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                entry = json.loads(line[6:])
                seen[entry["item_id"]] = time.monotonic()
                if wanted <= seen.keys():
                    return


def _percentiles(
    name: str, sent: dict[str, float], seen: dict[str, float]
) -> dict[str, float]:
    waits = sorted(seen[key] - sent[key] for key in seen.keys() & sent.keys())
    return {
        f"{name}.p50": waits[len(waits) // 2],
        f"{name}.p99": waits[int(len(waits) * 0.99)],
    }
