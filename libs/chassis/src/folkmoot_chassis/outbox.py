"""The outbox: records that are to be published, committed with their cause.

A document holds a pack of records: a thousand documents would cost a thousand index
entries, and as many again when they are deleted.
"""

import zlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from bson import ObjectId
from pymongo import DeleteOne

from folkmoot_chassis import mongo
from folkmoot_chassis.cloudevents import Headers
from folkmoot_chassis.mongo import Database, Document, Session

COLLECTION = "outbox"
PARKED = -1
PACK_BYTES = 128 * 1024
"""A pack takes no more records beyond this; a larger record has one of its own."""

INDEX = [("topic", 1), ("shard", 1), ("_id", 1), ("count", 1)]

BATCH = 16
"""Packs that are read from MongoDB at a time."""


class Outgoing(NamedTuple):
    """A record as it will stand in Kafka."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    traceparent: str

    @property
    def size(self) -> int:
        """Bytes, about: key and headers take some hundreds."""
        return len(self.value or b"") + 500


@dataclass(frozen=True)
class Pack:
    """Records of one shard and one topic that were committed together."""

    id: ObjectId
    shard: int
    created: datetime
    records: Sequence[Outgoing]

    @property
    def topic(self) -> str:
        """Where all of them go."""
        return self.records[0].topic

    @cached_property
    def size(self) -> int:
        """Bytes, about."""
        return sum(record.size for record in self.records)


@dataclass(slots=True)
class Room:
    """What a round of publishing may still hold, about."""

    records: int = 1000
    bytes: int = 8 * 1024 * 1024

    @property
    def left(self) -> bool:
        """Whether another pack may come in."""
        return self.records > 0 and self.bytes > 0

    def take(self, pack: Pack) -> None:
        """Have a pack in."""
        self.records -= len(pack.records)
        self.bytes -= pack.size


class Outbox:
    """What waits to be published.

    A pack belongs to a shard, and a shard is published by whoever holds its lease. A
    writer prefers a shard that its own process holds, so that what it has just
    committed is published by its own relay, in the order of commits.
    """

    def __init__(self, database: Database, shards: int) -> None:
        self._collection: mongo.Collection = database[COLLECTION]
        self._all = tuple(range(shards))
        self.held: tuple[int, ...] = ()

    async def prepare(self) -> None:
        """Create what the collection needs; safe to repeat."""
        await self._collection.create_index(INDEX)

    async def topics(self) -> list[str]:
        """Return the topics that anything waits for; one step of the index each."""
        return await self._collection.distinct("topic")

    async def add(
        self, records: Sequence[Outgoing], at: datetime, session: Session
    ) -> Sequence[Pack]:
        """Append records in the caller's transaction; returns them as packed."""
        choice = self.held or self._all
        shard = choice[zlib.crc32(records[0].key or b"") % len(choice)]
        packs = list(_packed(records, shard, at))
        await self._collection.insert_many(map(_document, packs), session=session)
        return packs

    async def pending(
        self, topic: str, room: Room, known: Collection[ObjectId] = ()
    ) -> list[Pack]:
        """Return a topic's oldest packs of the shards held, but for `known` ones.

        They fill the room; some of it is left only where no more are waiting.
        """
        cursor = (
            self._collection.find(
                {
                    "topic": topic,
                    "shard": {"$in": list(self.held)},
                    "_id": {"$nin": list(known)},
                }
            )
            .sort("_id", 1)
            .batch_size(BATCH)
        )
        packs: list[Pack] = []
        try:
            async for document in cursor:
                packs.append(_pack(document))
                room.take(packs[-1])
                if not room.left:
                    break
        finally:
            await cursor.close()
        return packs

    async def remove(self, ids: Sequence[ObjectId]) -> None:
        """Forget packs that Kafka has acknowledged.

        One statement each: after a deletion by range, MongoDB looks for its place again
        among what was deleted in the last minutes, which costs milliseconds.
        """
        deletions = [DeleteOne({"_id": id_}) for id_ in ids]
        await self._collection.bulk_write(deletions, ordered=False)

    async def park(self, records: Sequence[Outgoing], at: datetime) -> None:
        """Keep records that Kafka refuses, in a shard that nobody publishes.

        The gauges of what waits go on telling of them.
        """
        packs = list(_packed(records, PARKED, at))
        await self._collection.insert_many(map(_document, packs))

    async def waiting(self) -> tuple[int, datetime | None]:
        """Return how many records wait, and since when the first of them does.

        The index alone is read, and once.
        """
        found = self._collection.aggregate(
            [
                {"$project": {"_id": 1, "count": 1}},
                {
                    "$group": {
                        "_id": None,
                        "count": {"$sum": "$count"},
                        "first": {"$min": "$_id"},
                    }
                },
            ],
            hint=dict(INDEX),
        )
        async for total in found:
            return total["count"], total["first"].generation_time
        return 0, None


def _packed(records: Sequence[Outgoing], shard: int, at: datetime) -> Iterator[Pack]:
    """Pack records, each topic's in their order; topics have none among each other."""
    by_topic: defaultdict[str, list[Outgoing]] = defaultdict(list)
    for record in records:
        by_topic[record.topic].append(record)
    for here in by_topic.values():
        for part in _parts(here):
            yield Pack(ObjectId(), shard, at, part)


def _parts(records: Sequence[Outgoing]) -> Iterator[Sequence[Outgoing]]:
    """Cut records up where they would be too large for a document."""
    start = size = 0
    for place, record in enumerate(records):
        if size and size + record.size > PACK_BYTES:
            yield records[start:place]
            start, size = place, 0
        size += record.size
    yield records[start:]


def _document(pack: Pack) -> Document:
    records = pack.records
    return {
        "_id": pack.id,
        "shard": pack.shard,
        "created": pack.created,
        "topic": pack.topic,
        "count": len(records),
        # Columns of plain values: nested documents would each cost several times more.
        "keys": [record.key for record in records],
        "values": [record.value for record in records],
        "headers": [list(chain.from_iterable(record.headers)) for record in records],
        "traceparents": [record.traceparent for record in records],
    }


def _pack(document: Document) -> Pack:
    columns = zip(
        document["keys"],
        document["values"],
        document["headers"],
        document["traceparents"],
        strict=True,
    )
    topic = document["topic"]
    records = [
        Outgoing(
            topic, key, value, list(zip(flat[::2], flat[1::2], strict=True)), trace
        )
        for key, value, flat, trace in columns
    ]
    return Pack(document["_id"], document["shard"], document["created"], records)
