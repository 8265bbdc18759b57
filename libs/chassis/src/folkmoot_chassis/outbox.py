"""The outbox: records that are to be published, committed with their cause."""

import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from bson import ObjectId

from folkmoot_chassis import mongo
from folkmoot_chassis.cloudevents import Headers
from folkmoot_chassis.mongo import Database, Document, Session

COLLECTION = "outbox"
PARKED = -1


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record as it will stand in Kafka."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    traceparent: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A record in the outbox, waiting to be published."""

    id: ObjectId
    created: datetime
    record: Outgoing


class Outbox:
    """What waits to be published.

    A document belongs to a shard, and a shard is published by whoever holds its lease.
    A writer prefers shards that its own process holds, so that one local signal wakes
    the right relay.
    """

    def __init__(self, database: Database, shards: int) -> None:
        self._collection: mongo.Collection = database[COLLECTION]
        self._all = tuple(range(shards))
        self.held: tuple[int, ...] = ()

    async def prepare(self) -> None:
        """Create what the collection needs; safe to repeat."""
        await self._collection.create_index([("shard", 1), ("_id", 1)])

    async def add(
        self, records: Sequence[Outgoing], at: datetime, session: Session
    ) -> None:
        """Append records in the caller's transaction."""
        await self._collection.insert_many(
            [self._document(record, at) for record in records], session=session
        )

    async def pending(self, shards: Sequence[int], limit: int) -> list[Pending]:
        """Return the oldest waiting records of some shards."""
        cursor = (
            self._collection.find({"shard": {"$in": list(shards)}})
            .sort("_id", 1)
            .limit(limit)
        )
        return [_pending(document) for document in await cursor.to_list(limit)]

    async def remove(self, ids: Sequence[ObjectId]) -> None:
        """Forget records that Kafka has acknowledged."""
        await self._collection.delete_many({"_id": {"$in": list(ids)}})

    async def park(self, ids: Collection[ObjectId]) -> None:
        """Keep records that Kafka refuses, in a shard that nobody publishes.

        The age of the oldest record goes on telling of them.
        """
        await self._collection.update_many(
            {"_id": {"$in": list(ids)}}, {"$set": {"shard": PARKED}}
        )

    async def oldest(self) -> datetime | None:
        """Return when the record that waits longest was appended."""
        first = await self._collection.find_one({}, {"created": 1}, sort=[("_id", 1)])
        return first["created"] if first else None

    async def depth(self) -> int:
        """Return about how many records wait."""
        return await self._collection.estimated_document_count()

    def _document(self, record: Outgoing, at: datetime) -> Document:
        choice = self.held or self._all
        shard = choice[zlib.crc32(record.key or b"") % len(choice)]
        return {
            "_id": ObjectId(),
            "shard": shard,
            "created": at,
            "topic": record.topic,
            "key": record.key,
            "value": record.value,
            # Flat: a list of pairs would cost as many small documents in BSON.
            "headers": list(chain.from_iterable(record.headers)),
            "traceparent": record.traceparent,
        }


def _pending(document: Document) -> Pending:
    flat = document["headers"]
    return Pending(
        document["_id"],
        document["created"],
        Outgoing(
            document["topic"],
            document["key"],
            document["value"],
            list(zip(flat[::2], flat[1::2], strict=True)),
            document["traceparent"],
        ),
    )
