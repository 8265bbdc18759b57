"""What is measured: a Folkmoot of its own, and the floor in its place."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from folkmoot.local.home import Home
from folkmoot.local.ports import SERVICES
from folkmoot.local.stack import Stack, Wanted
from folkmoot.local.topics import Plan, create_topics
from motor.motor_asyncio import AsyncIOMotorClient

from benchmarks import floor
from benchmarks.clients import Clients
from benchmarks.corpus import SOURCE, corpus_file

INBOUND = "folkmoot.inbound.v1"
SETTLE = 1.0
"""Seconds for the floor's last commits: another one cannot handle a batch again."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured: where it reads, its processes, and what has arrived so far.

    `counts` tells how many items are searchable and how many were notified.
    """

    kafka: str
    mongo: AsyncIOMotorClient[Any]
    topic: str
    pids: dict[str, int]
    counts: Callable[[], Awaitable[tuple[int, int]]]


@contextmanager
def whole() -> Iterator[Stack]:
    """Run a Folkmoot of its own that takes the benchmark's source in."""
    corpus_file()  # without it, better no start at all
    with tempfile.TemporaryDirectory(prefix="folkmoot-bench-") as folder:
        inbound = Path(folder) / "inbound.json"
        inbound.write_text(json.dumps({SOURCE: "north"}))
        os.environ["FOLKMOOT_INBOUND_SOURCES"] = str(inbound)
        home = Home(Path(folder))
        with home.locked(), Stack(home, Wanted.anywhere()) as stack:
            stack.start(lambda text: print(text, file=sys.stderr))
            yield stack


def subject_of(stack: Stack, clients: Clients) -> Subject:
    """Return the pipeline as what is measured."""
    client: AsyncIOMotorClient[Any] = AsyncIOMotorClient(stack.platform.mongo.admin_url)
    run = stack.run
    return Subject(run.kafka_bootstrap, client, INBOUND, dict(run.pids), clients.counts)


async def create_floor_topics(stack: Stack) -> None:
    """Create what the floor reads and writes, in as many partitions as ours."""
    plans = [Plan(topic, 6, {}) for topic in floor.TOPICS]
    await create_topics(stack.run.kafka_bootstrap, plans)


@asynccontextmanager
async def floor_alone(stack: Stack, *, lean: bool) -> AsyncIterator[Subject]:
    """Run the floor while the services are suspended; its topics must exist.

    Idle, they take a twentieth of a processor, and Kafka and mongod some for them.
    """
    kafka, mongo = stack.run.kafka_bootstrap, stack.platform.mongo.admin_url
    pids = stack.run.pids
    client: AsyncIOMotorClient[Any] = AsyncIOMotorClient(mongo)
    with _suspended([pids[name] for name in SERVICES]):
        processes = floor.start(kafka, mongo, lean=lean)
        own = {process.name: process.pid for process in processes if process.pid}
        shared = {name: pids[name] for name in ("kafka", "mongod")}
        try:
            yield Subject(
                kafka, client, floor.TOPICS[0], own | shared, floor.Counts(mongo)
            )
            await asyncio.sleep(SETTLE)
        finally:
            for process in processes:
                process.terminate()
                process.join()


async def stored_bytes(
    mongo: AsyncIOMotorClient[Any], database_of: Callable[[str], str]
) -> dict[str, int]:
    """Return the bytes of the documents in the database of each service.

    Those of inbox and outbox come and go, and each program has its own form of them.
    """
    found: dict[str, int] = {}
    for service in SERVICES:
        database = mongo[database_of(service)]
        names = set(await database.list_collection_names()) - {"inbox", "outbox"}
        sizes = [await database.command("collStats", name) for name in names]
        found[service] = sum(int(size["size"]) for size in sizes)
    return found


@contextmanager
def _suspended(pids: list[int]) -> Iterator[None]:
    processes = [psutil.Process(pid) for pid in pids]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()
