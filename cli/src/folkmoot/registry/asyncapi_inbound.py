"""The messages of the inbound topic, whose contract is ingest's own."""

from typing import Any

from folkmoot_ingest.domain.submission import (
    ITEM_SUBMITTED,
    ITEM_WITHDRAWN,
    Submission,
    Withdrawal,
)
from pydantic import BaseModel

Document = dict[str, Any]

MODELS: dict[str, tuple[str, str, type[BaseModel]]] = {
    "ItemSubmitted": (ITEM_SUBMITTED, "Something was said, or changed.", Submission),
    "ItemWithdrawn": (ITEM_WITHDRAWN, "Something was taken back.", Withdrawal),
}
NAMES = (*MODELS, "AnyEvent")


def payloads() -> dict[str, tuple[str, str, Document]]:
    """Return type, summary and payload of each message by its name.

    `native_id` may stand in the event's `subject` instead of the data.
    """
    told = {
        name: (type_, summary, {"$ref": f"#/components/schemas/{model.__name__}"})
        for name, (type_, summary, model) in MODELS.items()
    }
    anything = ("any type", "An object that has a text or a title.", {"type": "object"})
    return told | {"AnyEvent": anything}


def payload_schemas() -> Document:
    """Return the schemas that the payloads refer to, by their names."""
    schemas: Document = {}
    for _, _, model in MODELS.values():
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {})
        schema["required"] = [n for n in schema["required"] if n != "native_id"]
        schemas[model.__name__] = schema
    return schemas
