"""The indexes of this service's collections."""

from folkmoot_chassis.mongo import Database

from folkmoot_tagging.storage import mongo_concepts, mongo_tagged_items


async def ensure_indexes(database: Database) -> None:
    """Create what is missing; safe to repeat."""
    await database[mongo_tagged_items.COLLECTION].create_index("visibility")
    concepts = database[mongo_concepts.COLLECTION]
    await concepts.create_index([("retired", 1), ("folded", 1)])
