"""Every index that ingest keeps, and the query that it serves."""

from contextlib import suppress

from folkmoot_chassis.mongo import Database
from pymongo import ASCENDING, IndexModel
from pymongo.errors import CollectionInvalid

from folkmoot_ingest.storage import items, record

# Counting all of a company's items reads this index alone.
ITEMS = (
    IndexModel(
        [("company", ASCENDING), ("retracted", ASCENDING), ("revision", ASCENDING)],
        name="counts",
    ),
)


async def ensure_indexes(database: Database) -> None:
    """Create what is missing; collections too, for a transaction creates none."""
    await database[items.COLLECTION].create_indexes(list(ITEMS))
    with suppress(CollectionInvalid):  # it exists
        await database.create_collection(record.COLLECTION)
