"""Stream `folkmoot.retractions.v1`: what was taken back.

A stream of its own: whoever keeps what others made of an item must hear of it, and need
not read every item for that.
"""

from typing import ClassVar, Literal

from pydantic import Field

from folkmoot_events.envelope import CompanyId, Event, ItemId, Moment, Revision

TOPIC = "folkmoot.retractions.v1"


class ItemRetracted(Event):
    """An item was withdrawn at its source: every copy and index entry must go."""

    type: ClassVar[str] = "folkmoot.item.retracted.v2"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "item_id"

    item_id: ItemId
    revision: Revision
    company: CompanyId
    source: str = Field(description="Id of the source.", examples=["zulip.example.org"])
    retracted: Moment = Field(description="When it was withdrawn; RFC 3339.")
    reason: Literal["deleted_at_source", "retention", "legal", "steward"] = Field(
        description="Why it was withdrawn."
    )
