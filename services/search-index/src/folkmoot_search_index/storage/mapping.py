"""Documents and tombstones as MongoDB keeps them.

The item and its tags are kept as the event that told of them, JSON text as it came:
BSON dates drop microseconds, one string costs far less than a tree of values, and
nothing has to be encoded again. What is queried by is repeated beside it.
"""

import logging
from typing import Any

from folkmoot_events import ItemTagged

from folkmoot_search_index.domain import documents
from folkmoot_search_index.domain.documents import (
    RETRACTED,
    Document,
    Entry,
    Tombstone,
    Version,
)

logger = logging.getLogger(__name__)

Stored = dict[str, Any]


def to_stored(entry: Entry) -> Stored:
    """Return what to store for an entry."""
    match entry:
        case Document(item=item):
            return {
                "_id": item.id,
                "retracted": False,
                "item_revision": item.revision,
                "tag_revision": entry.tag_revision,
                "company": item.company,
                "source": item.source,
                "visibility": list(item.visibility),
                "published": item.published,
                "tagged": entry.tagged,
                "event": entry.told.decode(),
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

    And for one that this version of the service cannot read, which it says in the log.
    """
    try:
        if stored["retracted"]:
            return None
        told = str(stored["event"]).encode()
        return documents.document_of(ItemTagged.model_validate_json(told), told)
    except (ValueError, KeyError):
        logger.exception("the entry of %s cannot be read", stored["_id"])
        return None
