"""The inbox: which records took effect already, decided by a unique index.

The entry is written in the transaction that holds the effect: both or neither. It
names all records of its batch: one for each would cost twice as much.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from pymongo.errors import OperationFailure

from folkmoot_chassis.mongo import Database, Session

COLLECTION = "inbox"
OPTIONS_DIFFER = 85
"""What MongoDB answers where the index exists and keeps for another while."""


class Inbox:
    """The ids of the records that this service has handled."""

    def __init__(self, database: Database, keep: timedelta) -> None:
        self._collection = database[COLLECTION]
        self._keep = keep

    async def prepare(self) -> None:
        """Create what the collection needs; safe to repeat."""
        await self._collection.create_index("ids", unique=True, sparse=True)
        keep = int(self._keep.total_seconds())
        try:
            await self._collection.create_index("at", expireAfterSeconds=keep)
        except OperationFailure as error:
            if error.code != OPTIONS_DIFFER:
                raise
            await self._collection.drop_index("at_1")
            await self._collection.create_index("at", expireAfterSeconds=keep)

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
