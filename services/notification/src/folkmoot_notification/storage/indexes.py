"""Every index that notification keeps."""

from folkmoot_chassis.mongo import Database, ensure_index
from pymongo import ASCENDING, DESCENDING, IndexModel

DAY = 24 * 60 * 60
WEEK = 7 * DAY

_UNREAD_COUNT = IndexModel(
    [
        ("person", ASCENDING),
        ("read", ASCENDING),
        ("excerpt.visibility", ASCENDING),
    ],
    name="unread_count",
)
"""Covers `MongoNotifications.unread`, which asks for nothing else."""


async def ensure_indexes(database: Database, delivery_days: int) -> None:
    """Create every index; safe to repeat.

    Deliveries are forgotten so many days after they were settled.
    """
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
            _UNREAD_COUNT,
            IndexModel([("excerpt.item_id", ASCENDING)]),
        ]
    )
    await database["endpoints"].create_indexes([IndexModel([("person", ASCENDING)])])
    await database["deliveries"].create_indexes(
        [
            IndexModel([("state", ASCENDING), ("due", ASCENDING)]),
            IndexModel(
                [
                    ("person", ASCENDING),
                    ("created", DESCENDING),
                    ("_id", DESCENDING),
                ]
            ),
            IndexModel([("item_id", ASCENDING)]),
        ]
    )
    await _expire_settled(database, delivery_days)


async def _expire_settled(database: Database, days: int) -> None:
    """Have deliveries forgotten a while after they were `due` last; never pending ones.

    Those that ended before this index was there are forgotten too.
    """
    expiry = IndexModel(
        [("due", ASCENDING)],
        name="settled_expiry",
        expireAfterSeconds=days * DAY,
        partialFilterExpression={
            "state": {"$in": ["delivered", "failed", "cancelled"]}
        },
    )
    await ensure_index(database["deliveries"], expiry)
