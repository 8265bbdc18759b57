"""MongoDB indexes of the collections that search-index owns."""

from contextlib import suppress

from folkmoot_chassis.mongo import Database, ensure_index
from pymongo import IndexModel
from pymongo.errors import CollectionInvalid

from folkmoot_search_index.storage import documents, openings

HOUR = 60 * 60
MONTH = 30 * 24 * HOUR


async def ensure_indexes(database: Database) -> None:
    """Create what is missing; collections too, for a transaction creates none."""
    with suppress(CollectionInvalid):  # it exists
        await database.create_collection(documents.COLLECTION)
    # Followers are told of an entry when it is made, and never look for it again.
    expiry = IndexModel("at", expireAfterSeconds=HOUR)
    await ensure_index(database[documents.CHANGES], expiry)
    await database[openings.COLLECTION].create_index("begun", expireAfterSeconds=MONTH)
