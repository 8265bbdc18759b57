"""The floor: the same hops and writes as the pipeline, and no logic at all.

Four processes read raw bytes from Kafka, write effect, inbox and outbox in one MongoDB
transaction a batch, publish the outbox and commit the offsets. Nothing is decoded,
checked, retried, traced or measured. What a pipeline reaches of this throughput is
what its logic and its care leave over.
"""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import sys
from dataclasses import dataclass
from itertools import chain

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.write_concern import WriteConcern

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Hop:
    """One process: where it reads, what it owns, where it publishes."""

    name: str
    source: str
    target: str | None


HOPS = (
    Hop("ingest", "floor.inbound", "floor.items"),
    Hop("tagging", "floor.items", "floor.item-tags"),
    Hop("search-index", "floor.item-tags", None),
    Hop("notification", "floor.item-tags", None),
)
TOPICS = ("floor.inbound", "floor.items", "floor.item-tags")


def database_name(hop: Hop) -> str:
    """Return the database of a hop."""
    return f"floor_{hop.name.replace('-', '_')}"


async def run_hop(hop: Hop, kafka: str, mongo: str) -> None:
    """Move batches until cancelled."""
    client: AsyncIOMotorClient = AsyncIOMotorClient(mongo)
    database = client.get_database(
        database_name(hop), write_concern=WriteConcern("majority")
    )
    consumer = AIOKafkaConsumer(
        hop.source,
        bootstrap_servers=kafka,
        group_id=f"floor-{hop.name}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    awake = asyncio.Event()
    relay = asyncio.create_task(run_relay(hop.target, database, kafka, awake))
    try:
        while True:
            await move_batch(hop, client, database, consumer)
            awake.set()
    finally:
        relay.cancel()
        await consumer.stop()


async def move_batch(hop, client, database, consumer) -> None:  # noqa: ANN001
    """Write one batch's effect, inbox and outbox, then commit its offsets."""
    batches = await consumer.getmany(timeout_ms=100, max_records=BATCH)
    records = list(chain(*batches.values()))
    if not records:
        return
    ids = [f"{r.topic}/{r.partition}/{r.offset}" for r in records]
    async with await client.start_session() as session, session.start_transaction():
        await database.effect.insert_many(
            [
                {"_id": i, "value": r.value}
                for i, r in zip(ids, records, strict=True)
            ],
            session=session,
        )
        await database.inbox.insert_many([{"_id": i} for i in ids], session=session)
        if hop.target:
            await database.outbox.insert_many(
                [{"key": r.key, "value": r.value} for r in records], session=session
            )
    await consumer.commit(
        {
            TopicPartition(tp.topic, tp.partition): batch[-1].offset + 1
            for tp, batch in batches.items()
        }
    )


async def run_relay(
    target: str | None, database, kafka: str, awake: asyncio.Event  # noqa: ANN001
) -> None:
    """Publish what the outbox holds until cancelled."""
    if target is None:
        return
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka,
        enable_idempotence=True,
        acks="all",
        max_batch_size=512 * 1024,
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
            await producer.send(target, document["value"], document["key"])
            for document in documents
        ]
        await asyncio.gather(*sent)
        await database.outbox.delete_many(
            {"_id": {"$in": [document["_id"] for document in documents]}}
        )


def _process(hop: Hop, kafka: str, mongo: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    uvloop.run(run_hop(hop, kafka, mongo))


def start(kafka: str, mongo: str) -> list[multiprocessing.Process]:
    """Start the four processes; topics must exist."""
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=_process, args=(hop, kafka, mongo), daemon=True)
        for hop in HOPS
    ]
    for process in processes:
        process.start()
    return processes


if __name__ == "__main__":
    sys.exit("run benchmarks/pipeline.py, which runs the floor beside it")
