"""Who uses a Folkmoot from outside: one who publishes, searches and is told."""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable

import httpx
from folkmoot.importing import MEDIA_TYPE
from folkmoot.local.keys import Person
from folkmoot.local.stack import Stack

from benchmarks.corpus import PROBE, Data, date, event, item_id

LOOK = 0.05
"""Seconds between two looks for what has not come yet."""

READER = Person("reader", "north", None, (), ())


class Clients:
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

    async def publish(self, batch: list[Data]) -> None:
        """Publish a batch over HTTP."""
        answer = await self.ingest.post(
            "/v1/events",
            content=json.dumps([event(data) for data in batch]).encode(),
            headers={"content-type": MEDIA_TYPE},
        )
        answer.raise_for_status()

    async def travels(self, data: Data) -> None:
        """Publish a probe and return once it is found and told of.

        Whatever does not answer is asked again.
        """
        date(data, time.monotonic())
        wanted = item_id(data["native_id"])
        await _persist(lambda: self._published(data))
        await _persist(lambda: self._found(wanted))
        await _persist(lambda: self._told(wanted))

    async def _published(self, data: Data) -> bool:
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
