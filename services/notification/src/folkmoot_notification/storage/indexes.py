"""Every index that notification keeps."""

from folkmoot_chassis.mongo import Database
from pymongo import ASCENDING, DESCENDING, IndexModel

WEEK = 7 * 24 * 60 * 60


async def ensure_indexes(database: Database) -> None:
    """Create every index; safe to repeat."""
    await database["subscriptions"].create_indexes(
        [
            IndexModel([("changed", ASCENDING)]),
            IndexModel([("person", ASCENDING), ("created", ASCENDING)]),
            IndexModel([("dropped", ASCENDING)], expireAfterSeconds=WEEK),
        ]
    )
    await database["readers"].create_indexes([IndexModel([("changed", ASCENDING)])])
    await database["notifications"].create_indexes(
        [
            IndexModel([("person", ASCENDING), ("position", ASCENDING)], unique=True),
            IndexModel(
                [("person", ASCENDING), ("read", ASCENDING), ("position", ASCENDING)]
            ),
            IndexModel([("excerpt.item_id", ASCENDING)]),
        ]
    )
    await database["endpoints"].create_indexes([IndexModel([("person", ASCENDING)])])
    await database["deliveries"].create_indexes(
        [
            IndexModel([("state", ASCENDING), ("due", ASCENDING)]),
            IndexModel([("person", ASCENDING), ("created", DESCENDING)]),
            IndexModel([("item_id", ASCENDING)]),
        ]
    )
