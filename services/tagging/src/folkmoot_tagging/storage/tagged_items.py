"""Collection `tagged_items`: one document per item, replaced whole."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from folkmoot_chassis.mongo import Database, Document
from folkmoot_events import Tag
from pymongo import InsertOne, ReplaceOne

from folkmoot_tagging.domain.tagged_items import TaggedItem
from folkmoot_tagging.ports import Transaction

COLLECTION = "tagged_items"


class MongoTaggedItems:
    """The newest assessment of every item."""

    def __init__(self, database: Database) -> None:
        self._items = database[COLLECTION]

    async def find(
        self, ids: Collection[str], transaction: Transaction
    ) -> Mapping[str, TaggedItem]:
        """Return those that are known, by item id."""
        cursor = self._items.find(
            {"_id": {"$in": list(ids)}}, session=transaction.session
        )
        return {each["_id"]: _item(each) for each in await cursor.to_list(len(ids))}

    async def put(
        self,
        items: Sequence[TaggedItem],
        replacing: Collection[str],
        transaction: Transaction,
    ) -> None:
        """Store items whole; `replacing` names those that are known already."""
        writes: list[InsertOne[Document] | ReplaceOne[Document]] = [
            ReplaceOne({"_id": item.id}, _document(item))
            if item.id in replacing
            else InsertOne(_document(item))
            for item in items
        ]
        await self._items.bulk_write(writes, ordered=False, session=transaction.session)

    async def read(self, id_: str, principals: Iterable[str]) -> TaggedItem | None:
        """Return an item that one of the principals may see; no tombstone."""
        found = await self._items.find_one({"_id": id_, **_visible_to(principals)})
        return _item(found) if found else None

    async def count(self, principals: Iterable[str] | None) -> int:
        """Count the items that one of the principals may see; None: all items."""
        if principals is None:
            return await self._items.count_documents({"retracted": False})
        return await self._items.count_documents(_visible_to(principals))


def _visible_to(principals: Iterable[str]) -> dict[str, Any]:
    """Build the filter; a tombstone is visible to nobody."""
    return {"visibility": {"$in": list(principals)}, "retracted": False}


def _document(item: TaggedItem) -> Document:
    return {
        "_id": item.id,
        "item_revision": item.item_revision,
        "revision": item.revision,
        "tagged": item.tagged,
        "visibility": list(item.visibility),
        "tags": [tag.model_dump(exclude_none=True) for tag in item.tags],
        "retracted": item.retracted,
    }


def _item(document: Mapping[str, Any]) -> TaggedItem:
    return TaggedItem(
        id=document["_id"],
        item_revision=document["item_revision"],
        revision=document["revision"],
        tagged=document["tagged"],
        visibility=tuple(document["visibility"]),
        tags=tuple(map(Tag.model_validate, document["tags"])),
        retracted=document["retracted"],
    )
