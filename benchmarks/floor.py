"""The floor: the same hops and writes as the pipeline, and no logic at all.

Four processes read raw bytes from Kafka, write effect, inbox and outbox in one MongoDB
transaction a batch, publish the outbox and commit the offsets. Nothing is decoded,
checked, retried, traced or measured.

It is the plain form of such a program: a document for each record in inbox and outbox,
where the pipeline packs them. Documents and records are as large as the pipeline's. The
lean floor instead hands on what it has read, which is about half the bytes.
"""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain
from multiprocessing.context import SpawnProcess
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from folkmoot_chassis.kafka import partition_of
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pymongo.write_concern import WriteConcern

BATCH = 1000
PROBE_EVERY = 10
"""One in so many items is watched for, by a search and by a subscription."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One process: where it reads, what it owns, where it publishes."""

    name: str
    source: str
    target: str | None
    effects: Mapping[str, int]
    """Collections that get a document of each record, and the bytes of its value."""
    sends: int = 0
    """Bytes of a record that it publishes; those of headers are among them."""
    every: int = 1
    """Of how many records one has an effect."""


# Bytes as the pipeline's own collections and topics have them on the average of all
# turns, but for 50 that `_id` and names take; headers count as far as they are
# longer than the floor's. `documents_per_item` tells whether they still are.
HOPS = (
    Hop(
        "ingest", "floor.inbound", "floor.items", {"effect": 212, "record": 1041}, 1039
    ),
    Hop("tagging", "floor.items", "floor.item-tags", {"effect": 245}, 1268),
    Hop("search-index", "floor.item-tags", None, {"effect": 1222}),
    Hop("notification", "floor.item-tags", None, {"effect": 920}, every=PROBE_EVERY),
)
TOPICS = ("floor.inbound", "floor.items", "floor.item-tags")


def database_of(hop: str) -> str:
    """Return the name of a hop's own database."""
    return f"floor_{hop.replace('-', '_')}"


async def run_hop(hop: Hop, kafka: str, mongo: str) -> None:
    """Move batches until cancelled."""
    client: AsyncIOMotorClient[Any] = AsyncIOMotorClient(mongo)
    database: AsyncIOMotorDatabase[Any] = client.get_database(
        database_of(hop.name), write_concern=WriteConcern("majority")
    )
    consumer = AIOKafkaConsumer(
        hop.source,
        bootstrap_servers=kafka,
        group_id=f"floor-{hop.name}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    filling = Filling()
    awake = asyncio.Event()
    relay = asyncio.create_task(run_relay(hop.target, database, kafka, awake))
    try:
        while True:
            batches = await consumer.getmany(timeout_ms=100, max_records=BATCH)
            if batches:
                await write(hop, database, list(chain(*batches.values())), filling)
                await consumer.commit(
                    {tp: batch[-1].offset + 1 for tp, batch in batches.items()}
                )
                awake.set()
    finally:
        relay.cancel()
        await consumer.stop()


async def write(
    hop: Hop,
    database: AsyncIOMotorDatabase[Any],
    records: list[Any],
    filling: "Filling",
) -> None:
    """Write one batch's effects, inbox and outbox in a transaction."""
    ids = [f"{r.topic}/{r.partition}/{r.offset}" for r in records]
    outbox = [
        {
            "key": r.key,
            "value": filling.sized(r.value, hop.sends),
            "headers": list(chain(*r.headers)),
        }
        for r in records
    ]
    client = database.client
    async with await client.start_session() as session, session.start_transaction():
        for name, size in hop.effects.items():
            chosen = [
                {"_id": i, "value": filling.sized(r.value, size)}
                for i, r in zip(ids, records, strict=True)
                if chosen_by(hop, r)
            ]
            if chosen:
                await database[name].insert_many(chosen, session=session)
        await database.inbox.insert_many([{"_id": i} for i in ids], session=session)
        if hop.target:
            await database.outbox.insert_many(outbox, session=session)


class Filling:
    """Parts of earlier records, with which values are filled up to a size.

    Repeated, a value's own bytes would be compressed to nothing, and MongoDB would
    write half of what it writes for real documents of that size.
    """

    POOL = 1024 * 1024
    STRIDE = 7919
    """Bytes from one part to the next: what lies in one block differs."""

    def __init__(self) -> None:
        self._pool = bytearray()
        self._at = 0

    def sized(self, value: bytes, size: int) -> bytes:
        """Return a record's value, filled up or cut to a size; 0: as it is."""
        if len(self._pool) < self.POOL:
            self._pool += value
        missing = size - len(value)
        if missing <= 0:
            return value[:size] if size else value
        self._at = (self._at + self.STRIDE) % max(1, len(self._pool) - missing)
        return value + bytes(self._pool[self._at : self._at + missing])


def chosen_by(hop: Hop, record: Any) -> bool:  # noqa: ANN401  aiokafka is untyped
    """Tell whether a record has an effect at a hop."""
    return hop.every == 1 or int(record.key.rpartition(b"-")[2]) % hop.every == 0


async def run_relay(
    target: str | None,
    database: AsyncIOMotorDatabase[Any],
    kafka: str,
    awake: asyncio.Event,
) -> None:
    """Publish what the outbox holds until cancelled."""
    if target is None:
        return
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka,
        enable_idempotence=True,
        acks="all",
        max_batch_size=512 * 1024,
        # aiokafka's own hashes in Python, which would be a thirtieth of all it does.
        partitioner=partition_of,
    )
    await producer.start()
    while True:
        documents = await database.outbox.find().sort("_id", 1).to_list(BATCH)
        if not documents:
            awake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(awake.wait(), 0.1)
            continue
        sent = [
            await producer.send(
                target,
                document["value"],
                document["key"],
                headers=list(
                    zip(
                        document["headers"][::2], document["headers"][1::2], strict=True
                    )
                ),
            )
            for document in documents
        ]
        await asyncio.gather(*sent)
        await database.outbox.delete_many(
            {"_id": {"$in": [document["_id"] for document in documents]}}
        )


class Counts:
    """How many records have had their effect at the last hops."""

    def __init__(self, mongo: str) -> None:
        client: AsyncIOMotorClient[Any] = AsyncIOMotorClient(mongo)
        self._sinks = [client[database_of(hop.name)].effect for hop in HOPS[2:]]

    async def __call__(self) -> tuple[int, int]:
        """Return those of search-index and those of notification."""
        searchable, notified = self._sinks
        return (
            await searchable.estimated_document_count(),
            await notified.estimated_document_count(),
        )


def _lean(hop: Hop) -> Hop:
    return replace(hop, effects=dict.fromkeys(hop.effects, 0), sends=0)


def _process(hop: Hop, kafka: str, mongo: str) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    uvloop.run(run_hop(hop, kafka, mongo))


def _end_with_parent() -> None:
    """End when the benchmark does: killed, it ends no children."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def start(kafka: str, mongo: str, *, lean: bool) -> list[SpawnProcess]:
    """Start the four processes; topics must exist."""
    hops = [_lean(hop) for hop in HOPS] if lean else HOPS
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(
            target=_process, name=hop.name, args=(hop, kafka, mongo), daemon=True
        )
        for hop in hops
    ]
    for process in processes:
        process.start()
    return processes


if __name__ == "__main__":
    sys.exit("run `python -m benchmarks.pipeline`, which runs the floor beside it")
