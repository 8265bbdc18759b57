"""Collection `items`: the head of each item, `_id` the item's id."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from folkmoot_chassis.mongo import Database, Document
from pymongo import InsertOne, ReplaceOne

from folkmoot_ingest.domain.revisions import Head
from folkmoot_ingest.ports import Transaction

COLLECTION = "items"


class MongoItems:
    """The head of each item."""

    def __init__(self, database: Database) -> None:
        self._items = database[COLLECTION]

    async def heads(
        self, ids: Collection[str], transaction: Transaction
    ) -> dict[str, Head]:
        """Return the heads there are."""
        found = self._items.find(
            {"_id": {"$in": list(ids)}}, session=transaction.session
        )
        return {row["_id"]: to_head(row) for row in await found.to_list(len(ids))}

    async def put(
        self,
        heads: Sequence[Head],
        replacing: Collection[str],
        transaction: Transaction,
    ) -> None:
        """Set the heads of their items; `replacing` names those that have one."""
        writes: list[InsertOne[Document] | ReplaceOne[Document]] = [
            ReplaceOne({"_id": head.item_id}, _row(head))
            if head.item_id in replacing
            else InsertOne(_row(head))
            for head in heads
        ]
        if writes:
            await self._items.bulk_write(
                writes, ordered=False, session=transaction.session
            )


def to_head(row: Mapping[str, Any]) -> Head:
    """Read a head as it is stored."""
    return Head(
        item_id=row["_id"],
        revision=row["revision"],
        content_hash=row["content_hash"],
        version=row["version"],
        company=row["company"],
        source=row["source"],
        visibility=tuple(row["visibility"]),
        retracted=row["retracted"],
    )


def _row(head: Head) -> Document:
    return {
        "_id": head.item_id,
        "revision": head.revision,
        "content_hash": head.content_hash,
        "version": head.version,
        "company": head.company,
        "source": head.source,
        "visibility": list(head.visibility),
        "retracted": head.retracted,
    }
