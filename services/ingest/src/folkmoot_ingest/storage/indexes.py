"""Every index that ingest keeps, and the query that it serves."""

from folkmoot_chassis.mongo import Database, ensure_collection
from pymongo import ASCENDING, IndexModel

from folkmoot_ingest.storage import items, record

# Counting all of a company's items reads this index alone.
ITEMS = (
    IndexModel(
        [("company", ASCENDING), ("retracted", ASCENDING), ("revision", ASCENDING)],
        name="counts",
    ),
)


async def ensure_indexes(database: Database) -> None:
    """Create what is missing; collections too."""
    await database[items.COLLECTION].create_indexes(list(ITEMS))
    await ensure_collection(database, record.COLLECTION)
