"""CloudEvents over HTTP: binary, structured and batched content mode (binding 1.0)."""

import json
import re
from collections.abc import Mapping
from urllib.parse import unquote

from folkmoot_ingest.domain import cloud_events, json_guard
from folkmoot_ingest.domain.cloud_events import CloudEvent
from folkmoot_ingest.domain.errors import Refused

STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
MAX_EVENTS = 500
MAX_EVENT = 1024 * 1024
"""Bytes of one event, alone or in a batch; larger ones might be no record of Kafka."""

Received = tuple[str | None, CloudEvent | Refused]
"""The id that an event was told by, and the event or why it is none."""


def media_type(headers: Mapping[str, str]) -> str:
    """Return the bare media type; headers are keyed in lower case."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def is_batched(headers: Mapping[str, str]) -> bool:
    """Tell whether a request holds a batch."""
    return media_type(headers) == BATCHED


def parse(headers: Mapping[str, str], body: bytes) -> list[Received]:
    """Read the events of a request, in order.

    Headers are keyed in lower case. Raises Refused where the request as a whole is
    wrong; one bad event of a batch stands in the list as its own refusal.
    """
    kind = media_type(headers)
    if kind in (BATCHED, STRUCTURED):
        if not cloud_events.is_json(headers["content-type"]):
            raise _unsupported()
        document = json_guard.loads(body)
        roomy = len(body) > MAX_EVENT
        return [
            _read(each, roomy=roomy)
            for each in (_batch(document) if kind == BATCHED else [document])
        ]
    if not any(name.startswith("ce-") for name in headers):
        raise _unsupported()
    return [(_told(headers), binary(headers, body))]


def binary(headers: Mapping[str, str], body: bytes) -> CloudEvent:
    """Read an event whose attributes are `ce-` headers. Raises Refused."""
    content_type = headers.get("content-type")
    if not cloud_events.is_json(content_type):
        raise _unsupported()
    attributes = {
        name.removeprefix("ce-"): header_value(value)
        for name, value in headers.items()
        if name.startswith("ce-") and name != "ce-datacontenttype"
    }
    if content_type is not None:
        attributes["datacontenttype"] = content_type
    if len(body) > MAX_EVENT:
        raise _too_large()
    return cloud_events.event(attributes, json_guard.loads(body) if body else None)


def header_value(text: str) -> str:
    """Undo what the binding does to a header value: quotes, then percent-encoding."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise cloud_events.invalid(
            "A header's percent-encoding does not spell UTF-8."
        ) from None


def _read(document: object, *, roomy: bool) -> Received:
    """Read one event; `roomy` says that its request could hold one too large."""
    try:
        if roomy and _size(document) > MAX_EVENT:
            raise _too_large()
        return cloud_events.told_id(document), cloud_events.structured(document)
    except Refused as refusal:
        return cloud_events.told_id(document), refusal


def _batch(document: object) -> list[object]:
    if not isinstance(document, list):
        raise cloud_events.invalid("A batch must be a JSON array of events.")
    if len(document) > MAX_EVENTS:
        raise Refused(
            "too-many-events",
            "The batch holds too many events",
            f"A batch may hold {MAX_EVENTS} events.",
            status=413,
            members={"limit": MAX_EVENTS},
        )
    return document


def _size(document: object) -> int:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode(errors="surrogatepass"))


def _too_large() -> Refused:
    return Refused(
        "too-large",
        "The event is too large",
        f"An event may hold {MAX_EVENT} bytes.",
        status=413,
        members={"limit": MAX_EVENT},
    )


def _told(headers: Mapping[str, str]) -> str | None:
    return cloud_events.told_id({"id": headers.get("ce-id")})


def _unsupported() -> Refused:
    return Refused(
        "unsupported-media-type",
        "The content type is not supported",
        f"Send {STRUCTURED}, {BATCHED}, or JSON with `ce-` headers, in UTF-8.",
        status=415,
    )
