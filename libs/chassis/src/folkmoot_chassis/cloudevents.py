"""CloudEvents 1.0, Kafka protocol binding, binary content mode."""

import binascii
from base64 import b64decode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from pydantic_core import from_json, to_json

from folkmoot_chassis.failures import Permanent
from folkmoot_chassis.ids import new_id

PREFIX = "ce_"
START = len(PREFIX)
CONTENT_TYPE = "content-type"
JSON = "application/json"
REQUIRED = ("id", "source", "specversion", "type")

Headers = list[tuple[str, bytes | None]]


class Attributes(NamedTuple):
    """The context attributes of one event, and the trace that it belongs to."""

    values: Mapping[str, str]
    traceparent: str | None

    @property
    def type(self) -> str:
        """What happened."""
        return self.values["type"]

    def moment(self, name: str) -> datetime | None:
        """Return an RFC 3339 attribute as a moment; None where it is absent."""
        text = self.values.get(name)
        try:
            return None if text is None else _moment(text)
        except ValueError as error:
            raise Permanent(f"{name} is no RFC 3339 time", reason="bad-time") from error


class Origin:
    """Writes the headers of events that one service makes at one time.

    What they have in common is encoded once.
    """

    def __init__(self, source: str, now: datetime) -> None:
        self.now = now.isoformat()
        self._common: Headers = [
            (PREFIX + "source", source.encode()),
            (PREFIX + "specversion", b"1.0"),
            (PREFIX + "time", self.now.encode()),
            (CONTENT_TYPE, JSON.encode()),
        ]

    def headers(
        self, type_: str, subject: bytes, begun: str, traceparent: str, *, replay: bool
    ) -> Headers:
        """Return the headers of a new event."""
        headers: Headers = [
            (PREFIX + "id", new_id().encode()),
            (PREFIX + "type", type_.encode()),
            (PREFIX + "subject", subject),
            (PREFIX + "begun", begun.encode()),
            *self._common,
            ("traceparent", traceparent.encode()),
        ]
        if replay:
            headers.append((PREFIX + "replay", b"true"))
        return headers


def encode(values: Mapping[str, str | None], traceparent: str) -> Headers:
    """Return the record headers that carry `values`."""
    headers: Headers = [
        (PREFIX + name, value.encode())
        for name, value in values.items()
        if value is not None and name != "datacontenttype"
    ]
    headers.append((CONTENT_TYPE, (values.get("datacontenttype") or JSON).encode()))
    headers.append(("traceparent", traceparent.encode()))
    return headers


@lru_cache(maxsize=1024)
def _moment(text: str) -> datetime:
    """Parse a time; what was committed together was made at the same one."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def decode(headers: Iterable[tuple[str, bytes | None]]) -> Attributes:
    """Read the attributes; raises Permanent where a required one is missing or bad.

    Of a header that comes twice the last one counts.
    """
    raws = dict(headers)
    trace = raws.get("traceparent")
    traceparent = trace.decode("ascii", "replace") if trace else None
    try:
        values = {
            name[START:]: raw.decode()  # type: ignore[union-attr]  # None is caught
            for name, raw in raws.items()
            if name[:START] == PREFIX
        }
    except (AttributeError, UnicodeDecodeError):
        # Nearly all are well: only now it is worth a call each to find which is not.
        for name, raw in raws.items():
            if name[:START] == PREFIX:
                _text(name, raw)
        raise
    if CONTENT_TYPE in raws:
        values["datacontenttype"] = _text(CONTENT_TYPE, raws[CONTENT_TYPE])
    for name in REQUIRED:
        if not values.get(name):
            raise Permanent(f"the attribute {name} is missing", reason="no-attribute")
    if values["specversion"] != "1.0":
        raise Permanent(
            f"CloudEvents {values['specversion']!r} is not 1.0", reason="specversion"
        )
    return Attributes(values, traceparent or values.get("traceparent"))


def _text(name: str, raw: bytes | None) -> str:
    if raw is None:
        raise Permanent(f"header {name} is null", reason="null-header")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise Permanent(
            f"header {name} is not UTF-8: {error.reason} at byte {error.start}",
            reason="bad-header",
        ) from error


def decode_structured(
    value: bytes, headers: Iterable[tuple[str, bytes | None]]
) -> tuple[Attributes, bytes]:
    """Read a record of structured mode: attributes and the bytes of its data.

    Raises Permanent for an envelope that is no CloudEvent, ValueError for bad JSON.
    """
    envelope = from_json(value)
    if not isinstance(envelope, dict):
        raise Permanent("the envelope is no JSON object", reason="bad-envelope")
    data = envelope.pop("data", None)
    encoded = envelope.pop("data_base64", None)
    pairs = [
        (PREFIX + name, _canonical(name, value).encode())
        for name, value in envelope.items()
        if value is not None  # the same as an absent one
    ]
    trace = [(name, raw) for name, raw in headers if name == "traceparent"]
    attributes = decode(pairs + (trace or _trace_of(envelope)))
    if encoded is not None:
        try:
            return attributes, b64decode(str(encoded), validate=True)
        except binascii.Error as error:
            raise Permanent("data_base64 is not base64", reason="bad-data") from error
    return attributes, to_json(data)


def _canonical(name: str, value: object) -> str:
    """Return the string encoding of an attribute (CloudEvents 1.0, type system)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise Permanent(f"attribute {name} is no scalar", reason="bad-envelope")


def _trace_of(envelope: Mapping[str, object]) -> list[tuple[str, bytes | None]]:
    traceparent = envelope.get("traceparent")
    return [("traceparent", str(traceparent).encode())] if traceparent else []
