"""Documents and tombstones as MongoDB keeps them.

The item and its tags are kept as JSON text: BSON dates drop microseconds, an item is
kept exactly as it was delivered, and one string costs far less than a tree of values.
What is queried by is repeated beside it.
"""

from datetime import datetime
from typing import Any

from folkmoot_events import Item, Tag
from pydantic import TypeAdapter

from folkmoot_search_index.domain.documents import (
    RETRACTED,
    Document,
    Entry,
    Tombstone,
    Version,
)

Stored = dict[str, Any]

TAGS = TypeAdapter(tuple[Tag, ...])


def to_stored(entry: Entry) -> Stored:
    """Return what to store for an entry."""
    match entry:
        case Document(item, tags, tag_revision, tagged):
            return {
                "_id": item.id,
                "retracted": False,
                "item_revision": item.revision,
                "tag_revision": tag_revision,
                "company": item.company,
                "source": item.source,
                "visibility": list(item.visibility),
                "published": item.published,
                "tagged": tagged,
                "item": item.model_dump_json(exclude_none=True),
                "tags": TAGS.dump_json(tags, exclude_none=True).decode(),
            }
        case Tombstone(item_id, revision, company, source, retracted):
            return {
                "_id": item_id,
                "retracted": True,
                "item_revision": revision,
                "company": company,
                "source": source,
                "retracted_at": retracted,
            }


def version_of(stored: Stored) -> Version:
    """Return the version of a stored entry."""
    if stored["retracted"]:
        return (stored["item_revision"], RETRACTED)
    return (stored["item_revision"], stored["tag_revision"])


def document_of(stored: Stored) -> Document | None:
    """Return the document that is stored; None for a tombstone.

    Raises ValueError for one that this version of the service cannot read.
    """
    if stored["retracted"]:
        return None
    tagged: datetime = stored["tagged"]
    return Document(
        Item.model_validate_json(stored["item"]),
        TAGS.validate_json(stored["tags"]),
        stored["tag_revision"],
        tagged,
    )
