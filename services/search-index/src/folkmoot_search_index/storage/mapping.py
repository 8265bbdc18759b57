"""Documents and tombstones as MongoDB keeps them.

The item and its tags are kept in their JSON form: BSON dates drop microseconds, and an
item is kept exactly as it was delivered. `published` is repeated as a date to query by.
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
                "visibility": list(item.visibility),
                "published": item.published,
                "tagged": tagged,
                "item": item.model_dump(mode="json", exclude_none=True),
                "tags": TAGS.dump_python(tags, mode="json", exclude_none=True),
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
        Item.model_validate(stored["item"]),
        TAGS.validate_python(stored["tags"]),
        stored["tag_revision"],
        tagged,
    )
