"""Reading the record as somebody who may not see all of it."""

from collections.abc import Mapping, Sequence

from folkmoot_chassis.mongo import Database, Document
from folkmoot_events import Item

from folkmoot_ingest.ports import Entry
from folkmoot_ingest.storage import items, record
from folkmoot_ingest.storage.record import entries_of, entry_id, to_entry

MAX_ENTRIES = 200


class MongoReadings:
    """The record in MongoDB; who may see an item is part of each query."""

    def __init__(self, database: Database) -> None:
        self._items = database[items.COLLECTION]
        self._record = database[record.COLLECTION]

    async def item(self, item_id: str, principals: frozenset[str]) -> Item | None:
        """Return the revision that stands for an item."""
        head = await self._head(item_id, principals)
        if head is None:
            return None
        name = entry_id(item_id, head["revision"], head["content_hash"])
        row = await self._record.find_one(
            {"_id": name, "item.visibility": {"$in": sorted(principals)}}
        )
        return to_entry(row).item if row else None

    async def entries(self, item_id: str, principals: frozenset[str]) -> list[Entry]:
        """Return the record of an item, oldest first; empty where it is retracted.

        An earlier revision that was for fewer eyes stays so.
        """
        if await self._head(item_id, principals) is None:
            return []
        may_see = {"item.visibility": {"$in": sorted(principals)}}
        found = self._record.find(
            {"_id": entries_of(item_id), "$or": [may_see, {"item": None}]},
            sort=[("recorded", 1), ("revision", 1)],
            limit=MAX_ENTRIES,
        )
        return _without_hidden_hashes([to_entry(row) async for row in found])

    async def counts(
        self, company: str, principals: frozenset[str] | None
    ) -> Mapping[str, int]:
        """Count a company's items, retracted items and revisions; None: all."""
        own: Document = {"company": company}
        if principals is not None:
            own["visibility"] = {"$in": sorted(principals)}
        found = self._items.aggregate(
            [
                {"$match": own},
                {
                    "$group": {
                        "_id": "$retracted",
                        "items": {"$sum": 1},
                        "revisions": {"$sum": "$revision"},
                    }
                },
            ]
        )
        rows = {row["_id"]: row async for row in found}
        standing, gone = rows.get(False, {}), rows.get(True, {})
        return {
            "items": standing.get("items", 0),
            "retracted": gone.get("items", 0),
            "revisions": standing.get("revisions", 0) + gone.get("revisions", 0),
        }

    async def _head(self, item_id: str, principals: frozenset[str]) -> Document | None:
        head: Document | None = await self._items.find_one(
            {
                "_id": item_id,
                "visibility": {"$in": sorted(principals)},
                "retracted": False,
            }
        )
        return head


def _without_hidden_hashes(entries: Sequence[Entry]) -> list[Entry]:
    """Leave out the hashes of what is not shown: they would confirm a guess of it."""
    shown = {entry.content_hash for entry in entries}
    return [
        entry if entry.previous_hash in shown else entry._replace(previous_hash=None)
        for entry in entries
    ]
