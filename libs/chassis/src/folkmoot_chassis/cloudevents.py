"""CloudEvents 1.0, Kafka protocol binding, binary content mode."""

import binascii
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic_core import from_json, to_json

from folkmoot_chassis.failures import Permanent

PREFIX = "ce_"
JSON = "application/json"
REQUIRED = ("id", "source", "specversion", "type")

Headers = list[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class Attributes:
    """The context attributes of one event, and the trace that it belongs to."""

    values: Mapping[str, str]
    traceparent: str | None

    @property
    def id(self) -> str:
        """Unique within the source."""
        return self.values["id"]

    @property
    def type(self) -> str:
        """What happened."""
        return self.values["type"]

    def moment(self, name: str, otherwise: datetime) -> datetime:
        """Return an RFC 3339 attribute as a moment; `otherwise` where it is absent."""
        text = self.values.get(name)
        if text is None:
            return otherwise
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise Permanent(f"{name} is no RFC 3339 time", reason="bad-time") from error
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def encode(values: Mapping[str, str | None], traceparent: str) -> Headers:
    """Return the record headers that carry `values`."""
    headers: Headers = [
        (PREFIX + name, value.encode())
        for name, value in values.items()
        if value is not None and name != "datacontenttype"
    ]
    headers.append(("content-type", (values.get("datacontenttype") or JSON).encode()))
    headers.append(("traceparent", traceparent.encode()))
    return headers


def decode(headers: Iterable[tuple[str, bytes | None]]) -> Attributes:
    """Read the attributes; raises Permanent where a required one is missing or bad."""
    values: dict[str, str] = {}
    traceparent: str | None = None
    for name, raw in headers:
        if name == "traceparent":
            traceparent = raw.decode("ascii", "replace") if raw else None
        elif name.startswith(PREFIX):
            values[name[len(PREFIX) :]] = _text(name, raw)
        elif name == "content-type":
            values["datacontenttype"] = _text(name, raw)
    for name in REQUIRED:
        if not values.get(name):
            raise Permanent(f"header {PREFIX}{name} is missing", reason="no-attribute")
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
