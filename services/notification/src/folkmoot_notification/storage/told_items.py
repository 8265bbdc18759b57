"""Collection `told_items`: one small document per item that somebody was told of.

A retraction writes it too. Two transactions that meet at an item therefore conflict,
and the later one sees what the earlier one did, whatever topic each came from.
"""

from collections.abc import Collection

from folkmoot_chassis.mongo import Database
from pymongo import ReplaceOne

from folkmoot_notification.domain.telling import Told
from folkmoot_notification.ports import Transaction


class MongoToldItems:
    """The newest revision of each item that somebody was told of."""

    def __init__(self, database: Database) -> None:
        self._collection = database["told_items"]

    async def find(self, ids: Collection[str], tx: Transaction) -> dict[str, Told]:
        """Return those that are known."""
        cursor = self._collection.find({"_id": {"$in": list(ids)}}, session=tx.session)
        return {
            d["_id"]: Told(d["_id"], d["item_revision"], d["revision"], d["retracted"])
            for d in await cursor.to_list(None)
        }

    async def save(self, told: Collection[Told], tx: Transaction) -> None:
        """Store what is known now."""
        if not told:
            return
        await self._collection.bulk_write(
            [
                ReplaceOne(
                    {"_id": one.item_id},
                    {
                        "item_revision": one.item_revision,
                        "revision": one.revision,
                        "retracted": one.retracted,
                    },
                    upsert=True,
                )
                for one in told
            ],
            ordered=False,
            session=tx.session,
        )
