"""Collection `record`: every revision whole; documents are added and never changed."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bson import Regex
from folkmoot_chassis.mongo import Database, Document
from folkmoot_events import Item

from folkmoot_ingest.ports import Entry, Transaction

COLLECTION = "record"
HASH = {"_id": False, "item_id": True, "content_hash": True}


class MongoRecord:
    """All that was ever said."""

    def __init__(self, database: Database) -> None:
        self._record = database[COLLECTION]

    async def hashes(
        self, ids: Collection[str], transaction: Transaction
    ) -> dict[str, set[str]]:
        """Return the hashes of all content recorded of each of these items."""
        known: dict[str, set[str]] = defaultdict(set)
        entries = [entries_of(id_) for id_ in ids]
        found = self._record.find(
            {"_id": {"$in": entries}}, HASH, session=transaction.session
        )
        async for row in found:
            known[row["item_id"]].add(row["content_hash"])
        return dict(known)

    async def append(self, entries: Sequence[Entry], transaction: Transaction) -> None:
        """Add to the record."""
        await self._record.insert_many(
            [_row(entry) for entry in entries],
            ordered=False,
            session=transaction.session,
        )


def to_entry(row: Mapping[str, Any]) -> Entry:
    """Read an entry as it is stored."""
    return Entry(
        item_id=row["item_id"],
        revision=row["revision"],
        company=row["company"],
        outcome=row["outcome"],
        content_hash=row["content_hash"],
        previous_hash=row["previous_hash"],
        recorded=row["recorded"],
        item=Item.model_validate(row["item"]) if row["item"] else None,
        reason=row["reason"],
    )


def entry_id(item_id: str, revision: int | None, content_hash: str) -> str:
    """Name an entry: by its revision, or by its content where it came too late."""
    return f"{item_id}/{revision or content_hash.removeprefix('sha256:')}"


def entries_of(item_id: str) -> Regex[str]:
    """Match the ids of all entries of an item, which begin alike.

    An index by item would be the largest of all, and written at random.
    """
    return Regex(f"^{re.escape(item_id)}/")


def _row(entry: Entry) -> Document:
    return {
        "_id": entry_id(entry.item_id, entry.revision, entry.content_hash),
        "item_id": entry.item_id,
        "revision": entry.revision,
        "company": entry.company,
        "outcome": entry.outcome,
        "content_hash": entry.content_hash,
        "previous_hash": entry.previous_hash,
        "recorded": entry.recorded,
        "item": entry.item.model_dump(exclude_none=True) if entry.item else None,
        "reason": entry.reason,
    }
