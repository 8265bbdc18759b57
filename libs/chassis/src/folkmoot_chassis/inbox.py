"""The inbox: which records took effect already, decided by a unique index.

The entry is written in the transaction that holds the effect: both or neither. It
names all records of its batch: one for each would cost twice as much.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from pymongo import IndexModel

from folkmoot_chassis.mongo import Database, Session, ensure_index

COLLECTION = "inbox"


class Inbox:
    """The ids of the records that this service has handled."""

    def __init__(self, database: Database, keep: timedelta) -> None:
        self._collection = database[COLLECTION]
        self._keep = keep

    async def prepare(self) -> None:
        """Create what the collection needs; safe to repeat."""
        await self._collection.create_index("ids", unique=True, sparse=True)
        keep = int(self._keep.total_seconds())
        expiry = IndexModel("at", expireAfterSeconds=keep)
        await ensure_index(self._collection, expiry)

    async def seen(self, ids: Collection[str], session: Session) -> set[str]:
        """Return those of `ids` that took effect before."""
        wanted = {"$literal": list(ids)}
        cursor = self._collection.find(
            {"ids": {"$in": list(ids)}},
            {"ids": {"$setIntersection": ["$ids", wanted]}},
            session=session,
        )
        entries = await cursor.to_list(None)
        return {known for entry in entries for known in entry["ids"]}

    async def add(self, ids: Sequence[str], at: datetime, session: Session) -> None:
        """Claim `ids`; a duplicate key error tells that another was faster."""
        await self._collection.insert_one({"at": at, "ids": ids}, session=session)
