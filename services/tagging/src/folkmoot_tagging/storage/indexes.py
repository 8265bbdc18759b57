"""Every index that tagging keeps."""

from folkmoot_chassis.mongo import Database

from folkmoot_tagging.storage import concepts, tagged_items


async def ensure_indexes(database: Database) -> None:
    """Create what is missing; safe to repeat."""
    await database[tagged_items.COLLECTION].create_index("visibility")
    await database[concepts.COLLECTION].create_index([("retired", 1), ("folded", 1)])
