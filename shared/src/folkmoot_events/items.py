"""Stream `folkmoot.items.v1`: what was said, as ingest recorded it."""

from typing import ClassVar

from pydantic import Field

from folkmoot_events.envelope import (
    CompanyId,
    Event,
    Frozen,
    ItemId,
    Moment,
    PersonRef,
    Principal,
    Revision,
)

TOPIC = "folkmoot.items.v1"


class Link(Frozen):
    """A link in or beside the text."""

    url: str = Field(description="As written by the author.")
    expanded: str | None = Field(
        default=None, description="Where a shortened link leads, if the source told."
    )
    title: str | None = Field(default=None, description="Text of the anchor, if any.")


class Attachment(Frozen):
    """A file or object that came with the item (ActivityStreams `attachment`)."""

    url: str | None = Field(default=None, description="Where the source serves it.")
    name: str | None = Field(default=None, description="File name or caption.")
    media_type: str | None = Field(default=None, description="IANA media type.")
    size: int | None = Field(default=None, ge=0, description="Bytes.")


class Item(Frozen):
    """One thing said: a message, post, page, mail, issue or comment."""

    id: ItemId = Field(
        description="`itm_` and 32 hex digits, from company, source and native id."
    )
    revision: Revision
    company: CompanyId = Field(description="Id of the company that owns the source.")
    source: str = Field(description="Id of the source.", examples=["zulip.example.org"])
    tool: str = Field(description="Kind of tool.", examples=["zulip", "mail"])
    kind: str = Field(description="Kind of thing.", examples=["message", "page"])
    native_id: str = Field(description="The source's own id for it.")
    conversation_id: str = Field(
        description="`cnv_` and 32 hex digits, the same for the whole thread."
    )
    in_reply_to: str | None = Field(default=None, description="Item id of the parent.")
    author: PersonRef = Field(description="Who said it.")
    title: str | None = Field(default=None, description="Subject, topic or headline.")
    text: str = Field(description="Plain text as the author wrote it.")
    language: str | None = Field(
        default=None, description="BCP 47 tag.", examples=["en"]
    )
    links: tuple[Link, ...] = Field(
        default=(), description="Links the source declared."
    )
    mentions: tuple[PersonRef, ...] = Field(
        default=(), description="People whom the source says are addressed."
    )
    hashtags: tuple[str, ...] = Field(
        default=(), description="Tags declared by the author or source, without `#`."
    )
    attachments: tuple[Attachment, ...] = Field(
        default=(), description="Files and objects that came with it."
    )
    published: Moment = Field(description="When it was said; RFC 3339.")
    edited: Moment | None = Field(default=None, description="Last edit at the source.")
    captured: Moment = Field(description="When ingest recorded it; RFC 3339.")
    visibility: tuple[Principal, ...] = Field(
        min_length=1, description="Principals who may read the item."
    )
    permalink: str | None = Field(default=None, description="Where a reader finds it.")
    content_hash: str = Field(
        description="`sha256:` and hex, over the fields that a source can change."
    )


class ItemCaptured(Event):
    """An item was recorded for the first time."""

    type: ClassVar[str] = "folkmoot.item.captured.v1"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "item.id"

    item: Item = Field(description="The item as first recorded.")


class ItemRevised(Event):
    """A recorded item changed at its source; earlier revisions stay recorded."""

    type: ClassVar[str] = "folkmoot.item.revised.v1"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "item.id"

    item: Item = Field(description="The item as it is now.")
    previous_hash: str = Field(description="Content hash of the revision before.")
