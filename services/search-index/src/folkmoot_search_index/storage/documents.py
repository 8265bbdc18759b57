"""Collection `documents`: one entry per item, written by replacing it whole.

And `changes`: one entry per transaction that wrote some, for whoever follows them. What
a change stream tells of each document by itself costs twenty times as much.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId
from folkmoot_chassis.mongo import Database
from pymongo import InsertOne, ReplaceOne

from folkmoot_search_index.domain.documents import Change, Document, Entry, Version
from folkmoot_search_index.ports import Transaction
from folkmoot_search_index.storage.mapping import (
    Stored,
    document_of,
    to_stored,
    version_of,
)
from folkmoot_search_index.storage.recent import RecentChanges

COLLECTION = "documents"
CHANGES = "changes"
VERSION = {"retracted": 1, "item_revision": 1, "tag_revision": 1}


class MongoDocuments:
    """The newest word on every item."""

    def __init__(self, database: Database, recent: RecentChanges | None = None) -> None:
        self._documents = database[COLLECTION]
        self._changes = database[CHANGES]
        self._recent = recent

    async def versions(
        self, ids: Sequence[str], transaction: Transaction
    ) -> Mapping[str, Version]:
        """Return the version of each item that is known."""
        found = self._documents.find(
            {"_id": {"$in": list(ids)}}, VERSION, session=transaction.session
        )
        stored = await found.to_list(len(ids))
        return {each["_id"]: version_of(each) for each in stored}

    async def put(
        self,
        entries: Sequence[Entry],
        replacing: Collection[str],
        transaction: Transaction,
    ) -> None:
        """Store entries whole; `replacing` names those whose item is known."""
        if not entries:
            return
        writes: list[InsertOne[Stored] | ReplaceOne[Stored]] = [
            ReplaceOne({"_id": entry.id}, to_stored(entry))
            if entry.id in replacing
            else InsertOne(to_stored(entry))
            for entry in entries
        ]
        session = transaction.session
        await self._documents.bulk_write(writes, ordered=False, session=session)
        changes = [_change(entry, replacing) for entry in entries]
        log = _log(changes)
        await self._changes.insert_one(log, session=session)
        if self._recent:
            self._recent.add(log["_id"], changes)

    async def read(self, ids: Sequence[str]) -> Mapping[str, Document]:
        """Return the documents among `ids` that are not retracted."""
        found = self._documents.find({"_id": {"$in": list(ids)}, "retracted": False})
        documents = map(document_of, await found.to_list(len(ids)))
        return {each.id: each for each in documents if each is not None}

    async def count(self) -> int:
        """Return roughly how many entries there are, tombstones included."""
        return await self._documents.estimated_document_count()


def _log(changes: Sequence[Change]) -> dict[str, Any]:
    return {
        "_id": ObjectId(),
        "at": datetime.now(UTC),
        "first": [change.item_id for change in changes if change.first],
        "again": [change.item_id for change in changes if not change.first],
    }


def _change(entry: Entry, replacing: Collection[str]) -> Change:
    document = entry if isinstance(entry, Document) else None
    return Change(entry.id, document, first=entry.id not in replacing)
