"""MongoDB indexes of the collections that search-index owns."""

from contextlib import suppress

from folkmoot_chassis.mongo import Database
from pymongo.errors import CollectionInvalid

from folkmoot_search_index.storage import documents, openings

HOUR = 60 * 60
MONTH = 30 * 24 * HOUR


async def ensure_indexes(database: Database) -> None:
    """Create what is missing; collections too, which a change stream needs."""
    with suppress(CollectionInvalid):  # it exists
        await database.create_collection(documents.COLLECTION)
    # Followers are told of an entry when it is made, and never look for it again.
    await database[documents.CHANGES].create_index("at", expireAfterSeconds=HOUR)
    await database[openings.COLLECTION].create_index("begun", expireAfterSeconds=MONTH)
