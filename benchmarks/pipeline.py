"""The pipeline beside its floor: throughput at full load, latency at a steady rate.

`python -m benchmarks.pipeline [--items N] [--rounds N] [--rate N] [--seconds N]`
Both run on the same Kafka and MongoDB, in turns, on the same corpus.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from aiokafka import AIOKafkaProducer
from folkmoot.local.home import Home
from folkmoot.local.stack import Stack, Wanted
from folkmoot.local.topics import Plan, create_topics
from motor.motor_asyncio import AsyncIOMotorClient

from benchmarks import floor
from benchmarks.corpus import SOURCE, headers, submissions
from benchmarks.floor import PROBE_EVERY
from benchmarks.latency import Latencies, watch_latency
from benchmarks.report import Figure, write

INBOUND = "folkmoot.inbound.v1"
Watch = tuple[dict[str, int], Callable[[], Awaitable[bool]]]
"""Processes by name, and whether everything has arrived."""
POLL = 0.1
PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class Round:
    """One full load: items per second, and CPU milliseconds per item by process."""

    rate: float
    cpu: dict[str, float]


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="folkmoot-bench-") as folder:
        inbound = Path(folder) / "inbound.json"
        inbound.write_text(json.dumps({SOURCE: "north"}))
        os.environ["FOLKMOOT_INBOUND_SOURCES"] = str(inbound)
        os.environ["FOLKMOOT_TRACE_RATIO"] = "0"
        home = Home(Path(folder))
        with home.locked(), Stack(home, Wanted.anywhere()) as stack:
            stack.start(lambda text: print(text, file=sys.stderr))
            asyncio.run(measure(stack, options))


async def measure(stack: Stack, options: argparse.Namespace) -> None:
    """Run the rounds in turns, then the steady load."""
    kafka = stack.run.kafka_bootstrap
    mongo = stack.platform.mongo.admin_url
    await create_topics(kafka, [Plan(topic, 6, {}) for topic in floor.TOPICS])
    watcher = Latencies(stack)
    await watcher.subscribe()
    floors, pipelines = [], []
    await pipeline_round(stack, watcher, 2000, "warm")
    for number in range(options.rounds):
        floors.append(await floor_round(stack, kafka, mongo, options.items, number))
        pipelines.append(
            await pipeline_round(stack, watcher, options.items, f"r{number}")
        )
        show(floors[-1], pipelines[-1])
    steady = await watch_latency(watcher, options.rate, options.seconds)
    write(figures(floors, pipelines, steady, options))


async def floor_round(
    stack: Stack, kafka: str, mongo: str, count: int, number: int
) -> Round:
    """Let the floor move `count` records and return how fast it was."""
    processes = floor.start(kafka, mongo)
    try:
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo)
        await floor.reset(client)
        await asyncio.sleep(4)  # its consumers join their groups
        started = {p.name: p.pid for p in processes if p.pid}
        names = started | platform_pids(stack)
        searched, notified = (
            client[floor.database_name(hop)].effect for hop in floor.HOPS[2:]
        )

        async def arrived() -> bool:
            return (
                await searched.estimated_document_count() >= count
                and await notified.estimated_document_count() >= count // PROBE_EVERY
            )

        return await timed(
            kafka, floor.TOPICS[0], count, f"f{number}", (names, arrived)
        )
    finally:
        for process in processes:
            process.terminate()
            process.join()


async def pipeline_round(
    stack: Stack, watcher: Latencies, count: int, run: str
) -> Round:
    """Let the pipeline take `count` items to the index and the inbox."""
    before = await watcher.counts()

    async def arrived() -> bool:
        searchable, notified = await watcher.counts()
        return (
            searchable - before[0] >= count
            and notified - before[1] >= count // PROBE_EVERY
        )

    watch = (dict(stack.run.pids), arrived)
    return await timed(stack.run.kafka_bootstrap, INBOUND, count, run, watch)


async def timed(kafka: str, topic: str, count: int, run: str, watch: Watch) -> Round:
    """Publish items as fast as Kafka takes them; wait until all have arrived."""
    pids, arrived = watch
    records = [
        (item["native_id"], json.dumps(item, ensure_ascii=False).encode())
        for item in submissions(count, run=run, probe_every=PROBE_EVERY)
    ]
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", max_batch_size=512 * 1024
    )
    await producer.start()
    before, began = cpu(pids), time.monotonic()
    for native_id, value in records:
        await producer.send(
            topic, value, native_id.encode(), headers=headers(native_id)
        )
    await producer.flush()
    while not await arrived():
        if time.monotonic() - began > PATIENCE:
            sys.exit(f"{topic}: not all of {count} arrived within {PATIENCE:.0f} s")
        await asyncio.sleep(POLL)
    seconds = time.monotonic() - began
    await producer.stop()
    after = cpu(pids)
    per_item = {n: 1000 * (after[n] - before[n]) / count for n in pids}
    return Round(count / seconds, per_item)


def cpu(pids: dict[str, int]) -> dict[str, float]:
    """Return the CPU seconds that each process has used."""
    times = {name: psutil.Process(pid).cpu_times() for name, pid in pids.items()}
    return {name: t.user + t.system for name, t in times.items()}


def platform_pids(stack: Stack) -> dict[str, int]:
    """Return the processes that both share."""
    return {name: stack.run.pids[name] for name in ("kafka", "mongod")}


def show(floor_: Round, pipeline: Round) -> None:
    """Print one pair of rounds."""
    for name, one in (("floor", floor_), ("pipeline", pipeline)):
        parts = ", ".join(f"{n} {ms:.3f}" for n, ms in one.cpu.items())
        total = sum(one.cpu.values())
        print(f"{name}: {one.rate:.0f} items/s; {total:.2f} ms CPU an item: {parts}")


def figures(
    floors: list[Round],
    pipelines: list[Round],
    steady: dict[str, float],
    options: argparse.Namespace,
) -> list[Figure]:
    """Return what is claimed, each beside its floor where there is one."""
    command = f"python -m benchmarks.pipeline --items {options.items}"
    rate = statistics.median(one.rate for one in pipelines)
    bare = statistics.median(one.rate for one in floors)
    spent = statistics.median(sum(one.cpu.values()) for one in pipelines)
    least = statistics.median(sum(one.cpu.values()) for one in floors)
    return [
        Figure("pipeline.throughput", rate, "items/s", "floor", bare, command),
        Figure("pipeline.cpu_per_item", spent, "ms", "floor", least, command),
        *(
            Figure(f"pipeline.{name}", value, "s", None, None, command)
            for name, value in steady.items()
        ),
    ]


if __name__ == "__main__":
    main()
