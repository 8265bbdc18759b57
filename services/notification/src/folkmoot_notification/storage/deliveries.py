"""Collection `deliveries`: webhooks on their way, and their log.

A lease is a `due` time in the future plus the holder's name. Whoever dies with leases
in hand leaves them to come due by themselves; the same replica gives them back at once.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from uuid import uuid4

from folkmoot_chassis.mongo import Database, Document
from pymongo import DESCENDING

from folkmoot_notification.domain.deliveries import Attempt, Delivery
from folkmoot_notification.ports import Transaction

FIELDS = tuple(f.name for f in fields(Delivery) if f.name not in {"id", "attempts"})


class MongoDeliveries:
    """Messages on their way to endpoints, and the log of what became of them."""

    def __init__(self, database: Database, instance: str) -> None:
        self._collection = database["deliveries"]
        self._instance = instance

    async def add(self, deliveries: Sequence[Delivery], tx: Transaction) -> None:
        """Store new deliveries."""
        if deliveries:
            await self._collection.insert_many(
                [{"_id": d.id, **_fields(d)} for d in deliveries], session=tx.session
            )

    async def due(
        self, now: datetime, limit: int, skip: Collection[str] = ()
    ) -> Sequence[Delivery]:
        """Return those whose attempt is due, the longest waiting first."""
        query: Document = {"state": "pending", "due": {"$lte": now}}
        if skip:
            query["endpoint_id"] = {"$nin": list(skip)}
        cursor = self._collection.find(query)
        return [
            _delivery(d) for d in await cursor.sort("due").limit(limit).to_list(limit)
        ]

    async def lease(
        self, ids: Collection[str], now: datetime, until: datetime
    ) -> Sequence[Delivery]:
        """Take those that nobody else took; they are due again after `until`."""
        token = uuid4().hex
        await self._collection.update_many(
            {"_id": {"$in": list(ids)}, "state": "pending", "due": {"$lte": now}},
            {
                "$set": {"due": until, "lease": token, "holder": self._instance},
                "$inc": {"begun": 1},
            },
        )
        cursor = self._collection.find({"_id": {"$in": list(ids)}, "lease": token})
        return [_delivery(d) for d in await cursor.to_list(None)]

    async def release(self) -> None:
        """Give back what an earlier process of this replica had taken."""
        await self._collection.update_many(
            {"holder": self._instance, "state": "pending"},
            {"$unset": {"lease": "", "holder": ""}, "$currentDate": {"due": True}},
        )

    async def settle(self, delivery: Delivery, tx: Transaction) -> bool:
        """Store the outcome of a leased delivery; False where it was cancelled."""
        result = await self._collection.update_one(
            {"_id": delivery.id, "state": "pending", "begun": delivery.begun},
            {"$set": _fields(delivery), "$unset": {"lease": "", "holder": ""}},
            session=tx.session,
        )
        return result.matched_count == 1

    async def cancel(self, item_ids: Collection[str], tx: Transaction) -> None:
        """Stop the pending deliveries of items."""
        await self._collection.update_many(
            {"item_id": {"$in": list(item_ids)}, "state": "pending"},
            {"$set": {"state": "cancelled"}},
            session=tx.session,
        )

    async def find(self, delivery_id: str, person: str) -> Delivery | None:
        """Return a person's own delivery."""
        document = await self._collection.find_one(
            {"_id": delivery_id, "person": person}
        )
        return _delivery(document) if document else None

    async def page(
        self, person: str, limit: int, before: Delivery | None
    ) -> Sequence[Delivery]:
        """Return a person's deliveries, newest first, from after `before` on."""
        query: Document = {"person": person}
        if before:
            query["created"] = {"$lte": before.created}
            older = {"created": {"$lt": before.created}}
            query["$or"] = [older, {"_id": {"$lt": before.id}}]
        newest = [("created", DESCENDING), ("_id", DESCENDING)]
        cursor = self._collection.find(query).sort(newest)
        return [_delivery(d) for d in await cursor.limit(limit).to_list(limit)]

    async def reopen(self, delivery: Delivery) -> bool:
        """Store a settled delivery as pending; False where it is pending already."""
        result = await self._collection.update_one(
            {"_id": delivery.id, "state": {"$in": ["delivered", "failed"]}},
            {"$set": _fields(delivery)},
        )
        return result.modified_count == 1


def _fields(delivery: Delivery) -> Document:
    document = {name: getattr(delivery, name) for name in FIELDS}
    document["attempts"] = [asdict(attempt) for attempt in delivery.attempts]
    return document


def _delivery(document: Document) -> Delivery:
    return Delivery(
        id=document["_id"],
        attempts=tuple(Attempt(**attempt) for attempt in document["attempts"]),
        **{name: document[name] for name in FIELDS},
    )
