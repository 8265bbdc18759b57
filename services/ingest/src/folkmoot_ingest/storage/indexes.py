"""Every index that ingest keeps, and the query that it serves."""

from folkmoot_chassis.mongo import Database
from pymongo import ASCENDING, IndexModel

from folkmoot_ingest.storage import items, record

# Counting all of a company's items reads this index alone.
ITEMS = (
    IndexModel(
        [("company", ASCENDING), ("retracted", ASCENDING), ("revision", ASCENDING)],
        name="counts",
    ),
)
# The history of an item: hashes when it changes, entries when somebody reads it.
RECORD = (
    IndexModel(
        [("item_id", ASCENDING), ("content_hash", ASCENDING)],
        name="history",
    ),
)


async def ensure_indexes(database: Database) -> None:
    """Create what is missing; collections too, for a transaction creates none."""
    await database[items.COLLECTION].create_indexes(list(ITEMS))
    await database[record.COLLECTION].create_indexes(list(RECORD))
