"""Stream `folkmoot.item-tags.v1`: what an item is about, with the item itself."""

from typing import ClassVar, Literal

from pydantic import Field

from folkmoot_events.envelope import (
    CompanyId,
    Event,
    Frozen,
    ItemId,
    Moment,
    Revision,
    Score,
)
from folkmoot_events.items import Item

TOPIC = "folkmoot.item-tags.v1"


class Span(Frozen):
    """Where the evidence stands, in Unicode code points, end exclusive."""

    field: Literal["title", "text"] = Field(description="The item's field it is in.")
    start: int = Field(ge=0, description="Code points before it.")
    end: int = Field(ge=0, description="Code points up to and with its last one.")


class Tag(Frozen):
    """One assertion that an item is about, addresses or links to something."""

    id: str = Field(
        description="`hashtag:<folded>`, `mention:<name>`, `link:<url>` or concept URI."
    )
    kind: Literal["hashtag", "mention", "link", "concept"] = Field(
        description="What the id names."
    )
    label: str = Field(description="To show: as written, or the preferred label.")
    asserter: str = Field(
        description="`author`, `source`, `person:<id>` or `rule:<name>@<version>`."
    )
    score: Score = Field(
        default=1.0, description="Probability that the tag is right, 0 to 1."
    )
    evidence: Span | None = Field(
        default=None, description="None where the source declared the tag."
    )


class ItemTagged(Event):
    """An item's tags were assessed; replaces what was said of it before.

    Carries the item, so that no consumer needs a join. Compare `item.revision` first,
    then `revision`.
    """

    type: ClassVar[str] = "folkmoot.item.tagged.v1"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "item.id"

    item: Item = Field(description="The item as it was when its tags were assessed.")
    revision: Revision = Field(description="Of the tags; counts up with each change.")
    tags: tuple[Tag, ...] = Field(
        description="All of its tags; empty when it has none."
    )
    tagged: Moment = Field(description="When its tags were assessed; RFC 3339.")


class ItemFlagged(Event):
    """A policy rule wants a steward to look at an item."""

    type: ClassVar[str] = "folkmoot.item.flagged.v1"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "item_id"

    item_id: ItemId
    item_revision: Revision = Field(description="Revision of the item that was read.")
    revision: Revision
    company: CompanyId
    rule: str = Field(description="`<name>@<version>` of the rule.")
    reason: str = Field(description="Why, in words for the steward.")
    evidence: Span | None = Field(
        default=None, description="None where the item as a whole is meant."
    )
    flagged: Moment = Field(description="When the rule fired; RFC 3339.")
