"""Dead letters: a record that cannot be handled, kept as it came."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import ValidationError

from folkmoot_chassis.cloudevents import Headers
from folkmoot_chassis.outbox import Outgoing

REASON = "x-reason"
ERROR = "x-error"
ATTEMPTS = "x-attempts"
ORIGIN_TOPIC = "x-origin-topic"
ORIGIN_PARTITION = "x-origin-partition"
ORIGIN_OFFSET = "x-origin-offset"
SERVICE = "x-service"
AT = "x-dead-lettered-at"
LEFT_OUT = "x-left-out"
"""Bytes of a record that is too large to be kept; it stays where it came from."""

ADDED = (
    REASON,
    ERROR,
    ATTEMPTS,
    ORIGIN_TOPIC,
    ORIGIN_PARTITION,
    ORIGIN_OFFSET,
    SERVICE,
    AT,
    LEFT_OUT,
)
ERROR_CHARS = 1000
MOST_BYTES = 7 * 1024 * 1024
"""The longest value of a dead letter: with its headers it must pass the 8 MiB that its
topic takes and the 16 MB of a document of the outbox. A publisher may have compressed a
longer one; what is left out is said in a header."""


class RawRecord(Protocol):
    """A Kafka record as aiokafka hands it out; header values may be null."""

    @property
    def topic(self) -> str:
        """Where it stood."""
        ...

    @property
    def partition(self) -> int:
        """Where in the topic."""
        ...

    @property
    def offset(self) -> int:
        """Where in the partition."""
        ...

    @property
    def timestamp(self) -> int:
        """When it was written, milliseconds since 1970."""
        ...

    @property
    def key(self) -> bytes | None:
        """Its key."""
        ...

    @property
    def value(self) -> bytes | None:
        """Its value."""
        ...

    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]:
        """Its headers."""
        ...


def topic_of(topic: str, service: str) -> str:
    """Return the topic that takes a service's dead letters of a topic."""
    return f"{topic}.{service}.dlq"


def inbox_id(record: RawRecord) -> str:
    """Return the id under which the inbox remembers that a record was set aside.

    It is not the event's own id: that stays free, so that a replay can take effect. The
    record's time tells it from one at the same place of a topic made anew.
    """
    place = f"{record.topic}/{record.partition}/{record.offset}"
    return f"dead:{place}@{record.timestamp}"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a record is set aside, after how many tries, and the trace it belongs to."""

    error: Exception
    reason: str
    attempts: int
    traceparent: str

    @property
    def text(self) -> str:
        """The error's first line; of a validation error, which fields and why.

        That one's own words quote its input.
        """
        name, words = type(self.error).__name__, str(self.error)
        if isinstance(self.error, ValidationError):
            words = "; ".join(_complaints(self.error))
        return f"{name}: {words}".splitlines()[0][:ERROR_CHARS]


def _complaints(error: ValidationError) -> Iterator[str]:
    for each in error.errors(include_input=False, include_url=False):
        place = ".".join(map(str, each["loc"]))
        yield f"{place}: {each['msg']}" if place else each["msg"]


def dead_letter(
    record: RawRecord, failure: Failure, *, service: str, at: datetime
) -> Outgoing:
    """Return the record with its bytes, key and headers, and why it was set aside.

    Of one that is too large nothing but its place is kept.
    """
    size = _size(record)
    kept = size <= MOST_BYTES
    headers: Headers = [
        (name, value)
        for name, value in record.headers
        if kept and name not in (*ADDED, "traceparent")
    ]
    added = {
        REASON: failure.reason,
        ERROR: failure.text,
        ATTEMPTS: str(failure.attempts),
        ORIGIN_TOPIC: record.topic,
        ORIGIN_PARTITION: str(record.partition),
        ORIGIN_OFFSET: str(record.offset),
        SERVICE: service,
        AT: at.isoformat(),
        "traceparent": failure.traceparent,
    }
    if not kept:
        added[LEFT_OUT] = str(size)
    headers.extend(
        (name, value.encode(errors="backslashreplace")) for name, value in added.items()
    )
    return Outgoing(
        topic_of(record.topic, service),
        record.key if kept else None,
        record.value if kept else None,
        headers,
        failure.traceparent,
    )


def _size(record: RawRecord) -> int:
    parts = [record.key, record.value, *(value for _, value in record.headers)]
    names = sum(len(name) for name, _ in record.headers)
    return names + sum(len(part) for part in parts if part)


def original_headers(headers: Sequence[tuple[str, bytes | None]]) -> Headers:
    """Return the headers that a dead letter had before it was set aside."""
    return [(name, value) for name, value in headers if name not in ADDED]
