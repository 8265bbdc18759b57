"""The messages of the AsyncAPI document: headers, keys and payloads."""

from collections.abc import Iterator
from typing import Any

from folkmoot_events import EVENTS, INBOUND, TOPICS, Envelope, Event, Topic

from folkmoot.registry import asyncapi_inbound as inbound

Document = dict[str, Any]

TRACEPARENT: Document = {
    "type": "string",
    "description": "W3C trace context of the publishing span.",
    "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
}

DEAD_LETTER_HEADERS: dict[str, str] = {
    "x-reason": "Why it was put here, in a word, such as `bad-json`.",
    "x-error": "The error's class and why; for bad JSON, which fields.",
    "x-attempts": "How often it was tried, in decimal.",
    "x-origin-topic": "Topic it was read from.",
    "x-origin-partition": "Partition it was read from, in decimal.",
    "x-origin-offset": "Offset it was read from, in decimal.",
    "x-service": "Service that could not take it.",
    "x-dead-lettered-at": "When; RFC 3339.",
    "x-left-out": "Bytes of a record too large to be kept: key and value are null.",
}
OPTIONAL = {"x-left-out"}


def names_on(topic: Topic) -> tuple[str, ...]:
    """Return the names of the messages that a topic carries."""
    if topic.name == INBOUND:
        return inbound.NAMES
    return tuple(event.__name__ for event in topic.events)


def messages() -> Document:
    """Return every message by its name: events, inbound and dead letters."""
    return dict(_messages())


def header_schemas() -> Document:
    """Return the schemas of record headers that the messages refer to."""
    dead_letter = {
        name: {"type": "string", "description": text}
        for name, text in DEAD_LETTER_HEADERS.items()
    }
    return {
        "CloudEventHeaders": {
            "type": "object",
            "description": "CloudEvents 1.0 attributes, and the trace context.",
            "properties": {**dict(_attributes()), "traceparent": TRACEPARENT},
            "required": ["ce_id", "ce_source", "ce_specversion", "ce_type"],
        },
        "DeadLetterHeaders": {
            "type": "object",
            "description": (
                "The headers that the record had, with these added; `traceparent` is "
                "of the span in which it was set aside."
            ),
            "properties": {**dead_letter, "traceparent": TRACEPARENT},
            "required": sorted(dead_letter.keys() - OPTIONAL),
        },
    }


def _messages() -> Iterator[tuple[str, Document]]:
    keys = {event: topic.key for topic in TOPICS for event in topic.events}
    for event in EVENTS:
        yield event.__name__, _event(event, keys[event])
    for name, (type_, summary, payload) in inbound.payloads().items():
        yield (
            name,
            {
                "name": type_,
                "title": name,
                "summary": summary,
                "contentType": "application/json",
                "headers": {"$ref": "#/components/schemas/CloudEventHeaders"},
                "payload": payload,
                "bindings": _key("The CloudEvent's source."),
            },
        )
    yield (
        "DeadLetter",
        {
            "name": "DeadLetter",
            "title": "A record that could not be taken",
            "summary": "The original key, value and headers, byte for byte, and why.",
            "contentType": "application/octet-stream",
            "headers": {"$ref": "#/components/schemas/DeadLetterHeaders"},
            "payload": {"description": "The original bytes; not always JSON."},
            "bindings": _key("The original key, if it had one."),
        },
    )


def _event(event: type[Event], key: str) -> Document:
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": (event.__doc__ or "").partition("\n")[0],
        "contentType": "application/json",
        "headers": {
            "allOf": [
                {"$ref": "#/components/schemas/CloudEventHeaders"},
                {"properties": {"ce_type": {"const": event.type}}},
            ]
        },
        "payload": {"$ref": f"./schemas/{event.type}.json"},
        "bindings": _key(f"The {key}."),
    }


def _key(description: str) -> Document:
    return {
        "kafka": {
            "key": {"type": "string", "description": description},
            "bindingVersion": "0.5.0",
        }
    }


def _attributes() -> Iterator[tuple[str, Document]]:
    for name, schema in Envelope.model_json_schema()["properties"].items():
        header = "content-type" if name == "datacontenttype" else f"ce_{name}"
        variants = [v for v in schema.get("anyOf", ()) if v != {"type": "null"}]
        shape = {"type": "string", **(variants[0] if variants else {})}
        for word in ("format", "description"):
            if word in schema:
                shape[word] = schema[word]
        if name == "specversion":
            shape["const"] = "1.0"
        yield header, shape
