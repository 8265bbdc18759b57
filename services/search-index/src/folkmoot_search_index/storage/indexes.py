"""MongoDB indexes of the collections that search-index owns."""

from folkmoot_chassis.mongo import Database, ensure_collection, ensure_index
from pymongo import IndexModel

from folkmoot_search_index.storage import documents, openings

HOUR = 60 * 60
MONTH = 30 * 24 * HOUR


async def ensure_indexes(database: Database) -> None:
    """Create what is missing; collections too."""
    await ensure_collection(database, documents.COLLECTION)
    # Followers are told of an entry when it is made, and never look for it again.
    expiry = IndexModel("at", expireAfterSeconds=HOUR)
    await ensure_index(database[documents.CHANGES], expiry)
    await database[openings.COLLECTION].create_index("begun", expireAfterSeconds=MONTH)
