"""From any CloudEvent to what it asks of us."""

from collections.abc import Mapping
from typing import Any

from folkmoot_ingest.domain.cloud_events import CloudEvent
from folkmoot_ingest.domain.errors import Refused
from folkmoot_ingest.domain.submission import (
    ITEM_SUBMITTED,
    ITEM_WITHDRAWN,
    Submission,
    Withdrawal,
    read_submission,
    read_withdrawal,
)


def read(event: CloudEvent) -> Submission | Withdrawal:
    """Read what an event asks for: our two types, or any other that has a text.

    Raises Refused.
    """
    data = event.data
    if not isinstance(data, dict):
        raise Refused(
            "invalid-item",
            "The event's data is not an item",
            "The data must be a JSON object.",
        )
    native_id = {"native_id": event.subject} if event.subject else {}
    if event.type == ITEM_WITHDRAWN:
        return read_withdrawal(native_id | data)
    if event.type == ITEM_SUBMITTED:
        return read_submission(native_id | data)
    if event.type.startswith("folkmoot.item."):
        raise Refused(
            "unsupported-type",
            "The event's type is not known here",
            f"Use {ITEM_SUBMITTED} or {ITEM_WITHDRAWN}, or a type of your own.",
        )
    return read_submission(_foreign(event, data))


def _foreign(event: CloudEvent, data: Mapping[str, Any]) -> dict[str, Any]:
    """Take another system's event for an item: its subject says which one."""
    named = {
        "native_id": event.subject or event.id,
        "tool": event.source[:256],
        "kind": event.type[:256],
    }
    return named | {k: v for k, v in data.items() if k not in ("tool", "kind")}
