"""Lifelike items and the events that tell of them."""

from datetime import UTC, datetime
from typing import Any

from folkmoot_events import Item, ItemRetracted, ItemTagged, PersonRef, Tag

MOMENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def an_item(item_id: str = "itm_1", **changes: Any) -> Item:
    fields: dict[str, Any] = {
        "id": item_id,
        "revision": 1,
        "company": "north",
        "source": "zulip.north.example",
        "tool": "zulip",
        "kind": "message",
        "native_id": item_id,
        "conversation_id": "cnv_1",
        "author": PersonRef(id="zulip.north.example/17", name="Ada Lovelace"),
        "title": "Borrow checker",
        "text": "The borrow checker rejects this loop.",
        "published": MOMENT,
        "captured": MOMENT,
        "visibility": ("company:north",),
        "permalink": f"https://zulip.north.example/{item_id}",
        "content_hash": "sha256:00",
    }
    return Item(**(fields | changes))


def a_tag(tag_id: str = "hashtag:rust", label: str = "Rust") -> Tag:
    return Tag(id=tag_id, kind="hashtag", label=label, asserter="author")


def tagged(item: Item, revision: int = 1, tags: tuple[Tag, ...] = ()) -> ItemTagged:
    return ItemTagged(item=item, revision=revision, tags=tags, tagged=MOMENT)


def retracted(item: Item, revision: int | None = None) -> ItemRetracted:
    return ItemRetracted(
        item_id=item.id,
        revision=revision or item.revision,
        company=item.company,
        source=item.source,
        retracted=MOMENT,
        reason="deleted_at_source",
    )
