"""Stream `folkmoot.items.v1`: what was said, as ingest recorded it."""

from typing import ClassVar, Literal

from pydantic import Field

from folkmoot_events.envelope import Event, Frozen, Moment, PersonRef, Principal, Revision

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

    id: str = Field(description="Deterministic from company, source and native id.")
    revision: Revision
    company: str = Field(description="Id of the company that owns the source.")
    source: str = Field(description="Id of the source, such as `zulip.example.org`.")
    tool: str = Field(description="Kind of tool: `zulip`, `slack`, `mail`, …")
    kind: str = Field(description="Kind of thing: `message`, `post`, `page`, `mail`, …")
    native_id: str = Field(description="The source's own id for it.")
    conversation_id: str = Field(description="Deterministic id of the thread.")
    in_reply_to: str | None = Field(default=None, description="Item id of the parent.")
    author: PersonRef
    title: str | None = Field(default=None, description="Subject, topic or headline.")
    text: str = Field(description="Plain text as the author wrote it.")
    language: str | None = Field(default=None, description="BCP 47 tag.")
    links: tuple[Link, ...] = Field(default=(), description="Links the source declared.")
    mentions: tuple[PersonRef, ...] = Field(
        default=(), description="People whom the source says are addressed."
    )
    hashtags: tuple[str, ...] = Field(
        default=(), description="Tags declared by the author or source, without `#`."
    )
    attachments: tuple[Attachment, ...] = ()
    published: Moment
    edited: Moment | None = Field(default=None, description="Last edit at the source.")
    captured: Moment
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

    item: Item


class ItemRevised(Event):
    """A recorded item changed at its source; earlier revisions stay recorded."""

    type: ClassVar[str] = "folkmoot.item.revised.v1"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "item.id"

    item: Item
    previous_hash: str = Field(description="Content hash of the revision before.")


class ItemRetracted(Event):
    """An item was withdrawn at its source: every copy and index entry must go."""

    type: ClassVar[str] = "folkmoot.item.retracted.v1"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "item_id"

    item_id: str
    revision: Revision
    company: str
    source: str
    retracted: Moment
    reason: Literal["deleted_at_source", "retention", "legal", "steward"] = Field(
        description="Why it was withdrawn."
    )
