"""Stream `folkmoot.engagements.v1`: how people answered to an item."""

from typing import ClassVar, Literal

from pydantic import Field

from folkmoot_events.envelope import (
    CompanyId,
    Event,
    ItemId,
    Moment,
    PersonRef,
    Revision,
)

TOPIC = "folkmoot.engagements.v1"

Engagement = Literal[
    "reaction",
    "endorsement",
    "accepted_answer",
    "share",
    "bookmark",
    "link_followed",
]


class EngagementRecorded(Event):
    """Somebody reacted to, endorsed, accepted, shared, saved or followed an item."""

    type: ClassVar[str] = "folkmoot.engagement.recorded.v1"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "item_id"

    engagement_id: str = Field(description="Deterministic from item, person and kind.")
    revision: Revision
    item_id: ItemId
    company: CompanyId
    person: PersonRef = Field(description="Who did it.")
    kind: Engagement = Field(description="What they did.")
    value: str | None = Field(default=None, description="Such as the emoji's name.")
    occurred: Moment = Field(description="When, at the source; RFC 3339.")


class EngagementWithdrawn(Event):
    """An engagement was taken back."""

    type: ClassVar[str] = "folkmoot.engagement.withdrawn.v1"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "item_id"

    engagement_id: str = Field(description="The one that was recorded.")
    revision: Revision
    item_id: ItemId
    company: CompanyId
    withdrawn: Moment = Field(description="When it was taken back; RFC 3339.")
