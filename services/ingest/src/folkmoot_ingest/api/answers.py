"""What publishing takes and answers, for readers of the OpenAPI document.

The route reads and writes JSON itself: a body may be an event in any content mode.
"""

from typing import Any

from folkmoot_chassis.openapi import Problem
from pydantic import BaseModel, Field

from folkmoot_ingest.domain.http_binding import MAX_EVENTS
from folkmoot_ingest.domain.revisions import Outcome

EVENT = {
    "type": "object",
    "description": "A CloudEvent 1.0.",
    "required": ["specversion", "id", "source", "type"],
    "properties": {
        "specversion": {"const": "1.0"},
        **{name: {"type": "string"} for name in ("id", "source", "type", "subject")},
        "time": {"type": "string", "format": "date-time"},
        "data": {
            "type": "object",
            "description": "By type; for ours, see docs/publishing.md.",
        },
    },
}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/cloudevents+json": {"schema": EVENT},
            "application/cloudevents-batch+json": {
                "schema": {"type": "array", "items": EVENT, "maxItems": MAX_EVENTS}
            },
            "application/json": {
                "schema": {
                    "type": "object",
                    "description": "An event's data; its attributes are `ce-` headers.",
                }
            },
        },
    }
}


class TakenAnswer(BaseModel):
    """What became of an event that is kept."""

    id: str | None
    item_id: str
    revision: int
    outcome: Outcome


class RefusedAnswer(BaseModel):
    """Why an event is not kept."""

    id: str | None
    problem: Problem


class EventsAnswer(BaseModel):
    """What became of each event, in their order."""

    results: list[TakenAnswer | RefusedAnswer] = Field(max_length=MAX_EVENTS)
