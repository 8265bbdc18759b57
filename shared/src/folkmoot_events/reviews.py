"""Stream `folkmoot.reviews.v1`: what stewards decided, beside the untouched item."""

from typing import ClassVar

from pydantic import Field

from folkmoot_events.envelope import CompanyId, Event, ItemId, Moment, Revision

TOPIC = "folkmoot.reviews.v1"


class _Review(Event):
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "item_id"

    item_id: ItemId
    revision: Revision
    company: CompanyId
    steward: str = Field(description="Person id, or `rule:<name>@<version>`.")
    reason: str = Field(description="Why, in words for the author.")
    decided: Moment = Field(description="When; RFC 3339.")


class ItemHeld(_Review):
    """An item is shown to stewards alone until it is released."""

    type: ClassVar[str] = "folkmoot.item.held.v1"

    until: Moment | None = Field(default=None, description="Released by itself then.")


class ItemReleased(_Review):
    """A hold ended."""

    type: ClassVar[str] = "folkmoot.item.released.v1"


class ItemLabelled(_Review):
    """A steward's label was put on or taken off an item."""

    type: ClassVar[str] = "folkmoot.item.labelled.v1"

    label: str = Field(description="The label's name.", examples=["confidential"])
    removed: bool = Field(default=False, description="True when it was taken off.")


class ItemVerified(_Review):
    """Somebody answerable says that the item holds true."""

    type: ClassVar[str] = "folkmoot.item.verified.v1"

    valid_until: Moment | None = Field(default=None, description="Ask again then.")


class ItemExpired(_Review):
    """An item is outdated, by a steward's word or because a verification ran out."""

    type: ClassVar[str] = "folkmoot.item.expired.v1"

    superseded_by: ItemId | None = Field(
        default=None, description="Item id to read instead."
    )
