"""The JSON Schema of every event, as it is published."""

from typing import Any

from folkmoot_events import EVENTS, Envelope
from pydantic import BaseModel

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ENVELOPE = "folkmoot.envelope.v1"


def schemas() -> dict[str, Schema]:
    """Return the schemas of all events and of the envelope, by event type."""
    published = {
        event.type: {
            **_schema(event.type, event),
            "x-topic": event.topic,
            "x-key": event.key_path,
        }
        for event in EVENTS
    }
    return published | {ENVELOPE: _schema(ENVELOPE, Envelope)}


def _schema(name: str, model: type[BaseModel]) -> Schema:
    return {
        "$schema": DIALECT,
        "$id": f"urn:folkmoot:schema:{name}",
        **model.model_json_schema(),
    }
