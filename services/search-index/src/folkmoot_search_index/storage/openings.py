"""Collection `openings`: how often hits of a search were opened, for a month."""

from folkmoot_chassis.mongo import Database
from pymongo import ReturnDocument

from folkmoot_search_index.ports import Clock, Transaction

COLLECTION = "openings"


class MongoOpenings:
    """Counts the events about each search whose hits were opened."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._openings = database[COLLECTION]
        self._clock = clock

    async def next_revision(self, search_id: str, transaction: Transaction) -> int:
        """Return the revision of the next event; the search itself had the first."""
        counted = await self._openings.find_one_and_update(
            {"_id": search_id},
            {"$inc": {"opened": 1}, "$setOnInsert": {"begun": self._clock.now()}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=transaction.session,
        )
        opened: int = counted["opened"]
        return 1 + opened
