"""A small steady load by publishers that try until they are acknowledged."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from folkmoot_events import INBOUND
from folkmoot_ingest.domain.identity import item_id
from folkmoot_ingest.domain.submission import ITEM_SUBMITTED

from tests.support.chaos_effects import POISON
from tests.support.ledger import Book

BATCHED = "application/cloudevents-batch+json"
RETRY = 0.1
SOMETIMES = 0.4
EVERY_FOURTH = 4
BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When the first version of everything was published."""

Event = dict[str, Any]


@dataclass(slots=True)
class Load:
    """Publishes until told to stop; what was begun is then finished.

    One publishes by Kafka and `publishers` by HTTP; each rests for `pause` seconds
    after each request. `answered` are the moments at which requests were acknowledged.
    """

    book: Book
    ingest: str
    api_key: str
    kafka: str
    pause: float = 0.04
    publishers: int = 1
    acknowledged: int = 0
    by_http: int = 0
    answered: list[float] = field(default_factory=list)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: Any = field(default_factory=count)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Load"]:
        """Publish for as long as the block lasts."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self.publishers):
                group.create_task(self._by_http())
            group.create_task(self._by_kafka())
            try:
                yield self
            finally:
                self._stopping.set()

    async def once(self) -> str:
        """Publish one item and return its id once it is acknowledged."""
        event = self._event("p")
        async with self._client() as client:
            await self._post(client, [event])
        return self._item_id(event)

    def _client(self) -> httpx.AsyncClient:
        headers = {"x-api-key": self.api_key, "content-type": BATCHED}
        return httpx.AsyncClient(
            base_url=self.ingest, headers=headers, timeout=10, trust_env=False
        )

    async def _by_http(self) -> None:
        """Send two new items at a time, and a change of one of the two before."""
        async with self._client() as client:
            earlier: list[Event] = []
            while not self._stopping.is_set():
                new = [self._event("h") for _ in range(2)]
                await self._post(client, new + [changed(e) for e in earlier[:1]])
                earlier = new
                await self._rest()

    async def _post(self, client: httpx.AsyncClient, events: list[Event]) -> None:
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await client.post("/v1/events", content=json.dumps(events))
                if answer.status_code == httpx.codes.ACCEPTED:
                    break
                if not answer.is_server_error:
                    raise AssertionError(f"refused: {answer.status_code} {answer.text}")
            self.book.retried += 1
            await asyncio.sleep(RETRY)
        for event, result in zip(events, answer.json()["results"], strict=True):
            assert "problem" not in result, result
            assert result["item_id"] == self._item_id(event)
            self._note(event)
        self.by_http += len(events)
        self.answered.append(time.monotonic())

    async def _by_kafka(self) -> None:
        """Put one item on the inbound topic at a time."""
        async with _producer(self.kafka) as producer:
            while not self._stopping.is_set():
                event = self._event("k")
                await self._put(producer, event)
                self._note(event)
                await self._rest()

    async def _put(self, producer: AIOKafkaProducer, event: Event) -> None:
        headers = [(f"ce_{n}", v.encode()) for n, v in event.items() if n != "data"]
        while True:
            try:
                await producer.send_and_wait(
                    INBOUND,
                    json.dumps(event["data"]).encode(),
                    key=event["id"].encode(),
                    headers=headers,
                )
            except KafkaError:
                self.book.retried += 1
                await asyncio.sleep(RETRY)
            else:
                return

    def _event(self, way: str) -> Event:
        number = next(self._numbers)
        native = f"{way}{number}"
        hooked = f" {self.book.word}hook" if number % EVERY_FOURTH == 0 else ""
        return event_of(self.book.source, native, f"{self.book.word}{hooked} {native}")

    def _item_id(self, event: Event) -> str:
        return item_id(self.book.company, self.book.source, event["subject"])

    def _note(self, event: Event) -> None:
        named = self._item_id(event)
        self.acknowledged += 1
        self.book.versions[named] += 1
        if f"{self.book.word}hook" in event["data"]["text"]:
            self.book.sent.add(named)

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), self.pause)


def event_of(source: str, native: str, text: str) -> Event:
    """Return the first word on an item."""
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": source,
        "type": ITEM_SUBMITTED,
        "subject": native,
        "data": {
            "native_id": native,
            "text": f"{text} is on its way #rollout",
            "published": BEGAN.isoformat(),
        },
    }


def changed(event: Event) -> Event:
    """Return a later word on the same item."""
    edited = (BEGAN + timedelta(hours=1)).isoformat()
    text = event["data"]["text"].replace("on its way", "done")
    data = event["data"] | {"text": text, "edited": edited}
    return event | {"id": str(uuid4()), "data": data}


@contextlib.asynccontextmanager
async def _producer(kafka: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", request_timeout_ms=10_000
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def searches(url: str, token: str) -> None:
    """Search for ever, whether somebody answers or not."""
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=url, headers=headers, trust_env=False
    ) as client:
        while True:
            with contextlib.suppress(httpx.TransportError):
                await client.get("/v1/search", params={"q": "rollout", "size": 1})
            await asyncio.sleep(SOMETIMES)


async def bad_records(
    kafka: str, book: Book, readers: str, topic: str, kind: str
) -> None:
    """Put records on a topic that its readers can only set aside, for ever."""
    async with _producer(kafka) as producer:
        while True:
            put = asyncio.ensure_future(_poison(producer, book, readers, topic, kind))
            try:
                await asyncio.shield(put)
            finally:
                await put  # what is on its way must be in the book
            await asyncio.sleep(SOMETIMES)


async def _poison(
    producer: AIOKafkaProducer, book: Book, readers: str, topic: str, kind: str
) -> None:
    headers = {
        "ce_id": str(uuid4()),
        "ce_source": book.source,
        "ce_specversion": "1.0",
        "ce_type": kind,
    }
    placed = await producer.send_and_wait(
        topic, POISON, headers=[(n, v.encode()) for n, v in headers.items()]
    )
    for reader in readers.split():
        letters = book.poison.setdefault(f"{topic}.{reader}.dlq", set())
        letters.add((placed.partition, placed.offset))


@contextlib.asynccontextmanager
async def beside(endless: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do something for as long as the block lasts."""
    task = asyncio.create_task(endless)
    try:
        yield
    finally:
        task.cancel()
        ended = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(ended[0], asyncio.CancelledError), ended


async def ask_to_be_told(client: httpx.AsyncClient, book: Book, hook: str) -> None:
    """Subscribe a person to all that a book writes, and a webhook to a part of it."""
    made = await client.post("/v1/webhooks", json={"url": hook})
    endpoint = made.raise_for_status().json()["id"]
    for wish in (
        {"expression": book.query},
        {"expression": f"{book.word}hook", "endpoint_id": endpoint},
    ):
        answer = await client.post("/v1/subscriptions", json=wish)
        answer.raise_for_status()
