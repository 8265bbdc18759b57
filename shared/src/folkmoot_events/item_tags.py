"""Stream `folkmoot.item-tags.v1`: what an item is about, with the item itself."""

from typing import ClassVar, Literal

from pydantic import Field

from folkmoot_events.envelope import Event, Frozen, Moment, Revision, Score
from folkmoot_events.items import Item

TOPIC = "folkmoot.item-tags.v1"


class Span(Frozen):
    """Where the evidence stands, in Unicode code points, end exclusive."""

    field: Literal["title", "text"]
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Tag(Frozen):
    """One assertion that an item is about, addresses or links to something."""

    id: str = Field(
        description="`hashtag:<folded>`, `mention:<name>`, `link:<url>` or concept URI."
    )
    kind: Literal["hashtag", "mention", "link", "concept"]
    label: str = Field(description="To show: as written, or the preferred label.")
    asserter: str = Field(
        description="`author`, `source`, `person:<id>` or `rule:<name>@<version>`."
    )
    score: Score = 1.0
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

    item: Item
    revision: Revision
    tags: tuple[Tag, ...]
    tagged: Moment


class ItemFlagged(Event):
    """A policy rule wants a steward to look at an item."""

    type: ClassVar[str] = "folkmoot.item.flagged.v1"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "item_id"

    item_id: str
    item_revision: Revision
    revision: Revision
    company: str
    rule: str = Field(description="`<name>@<version>` of the rule.")
    reason: str
    evidence: Span | None = None
    flagged: Moment
