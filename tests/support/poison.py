"""Records that a consumer cannot take, and how to put them on a topic."""

import json
import time
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from folkmoot_chassis import cloudevents
from folkmoot_chassis.cloudevents import Headers
from folkmoot_chassis.traces import new_traceparent
from folkmoot_events import Event
from typing_extensions import override

DEEP = b'{"text": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
LATER = datetime.now(UTC) + timedelta(days=100_000)


@dataclass(frozen=True, slots=True)
class Raw:
    """A record as it is written, byte by byte."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Headers

    @property
    def id(self) -> str:
        """The CloudEvents id."""
        return (dict(self.headers)["ce_id"] or b"").decode()

    def but(self, value: bytes | None) -> "Raw":
        """Return the same with another value."""
        return replace(self, value=value)

    def saying(self, name: str, value: bytes | None) -> "Raw":
        """Return the same with one header said otherwise, or besides."""
        others = [pair for pair in self.headers if pair[0] != name]
        return replace(self, headers=[*others, (name, value)])


class NotText(str):
    """A header's name that is no UTF-8 on the wire."""

    __slots__ = ()

    @override
    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        del encoding, errors
        return b"\xff\xfe"


def told(event: Event) -> Raw:
    """Return the record by which a service tells an event."""
    attributes = {
        "id": uuid4().hex,
        "source": "/test",
        "specversion": "1.0",
        "type": event.type,
        "subject": event.key,
        "time": datetime.now(UTC).isoformat(),
    }
    value = event.model_dump_json(exclude_none=True).encode()
    headers = cloudevents.encode(attributes, new_traceparent())
    return Raw(event.topic, event.key.encode(), value, headers)


def inbound(topic: str, source: str, subject: str, text: str) -> Raw:
    """Return a record of another system that says something."""
    attributes = {
        "id": uuid4().hex,
        "source": source,
        "specversion": "1.0",
        "type": "deal.won",
        "subject": subject,
    }
    headers = cloudevents.encode(attributes, new_traceparent())
    return Raw(topic, source.encode(), json.dumps({"text": text}).encode(), headers)


async def write(bootstrap: str, records: Iterable[Raw], **producer: int) -> None:
    """Put records on their topics in this order; returns once the broker has them."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, **producer) as client:
        sent = [await _begin(client, record) for record in records]
        for each in sent:
            await each


async def _begin(client: AIOKafkaProducer, record: Raw) -> Awaitable[object]:
    if not any(isinstance(name, NotText) for name, _ in record.headers):
        send: Awaitable[object] = await client.send(
            record.topic, record.value, key=record.key, headers=record.headers
        )
        return send
    # aiokafka's fast builder insists on text, so a batch is laid out by the slow one.
    batch = client.create_batch()
    batch._builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, -1, 16384)  # noqa: SLF001  no other way
    batch.append(
        key=record.key,
        value=record.value,
        timestamp=int(time.time() * 1000),
        headers=record.headers,
    )
    batch.close()
    sent: Awaitable[object] = await client.send_batch(batch, record.topic, partition=0)
    return sent
