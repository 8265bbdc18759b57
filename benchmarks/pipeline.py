"""The pipeline beside its floor: throughput at full load, latency at a steady rate.

`python -m benchmarks.pipeline --help` lists the options.
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
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from aiokafka import AIOKafkaProducer
from folkmoot.local.home import Home
from folkmoot.local.stack import Stack, Wanted
from folkmoot.local.topics import Plan, create_topics
from motor.motor_asyncio import AsyncIOMotorClient

from benchmarks import floor
from benchmarks.corpus import SOURCE, corpus_file, headers, submissions
from benchmarks.floor import PROBE_EVERY
from benchmarks.latency import Latencies, watch_full_load, watch_steady
from benchmarks.report import Figure, write

INBOUND = "folkmoot.inbound.v1"
WARM = 2000
POLL = 0.25
PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class Round:
    """One full load: items per second, and CPU milliseconds per item by process."""

    rate: float
    cpu: dict[str, float]


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


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument(
        "--lean", action="store_true", help="only the throughput, beside a lean floor"
    )
    options = parser.parse_args()
    corpus_file()  # without it, better no start at all
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
    """Run the steady load, the rounds in turns, then a full load that is watched.

    Both run all the time; the one whose turn it is not has nothing to do.
    """
    kafka, mongo = stack.run.kafka_bootstrap, stack.platform.mongo.admin_url
    await create_topics(kafka, [Plan(topic, 6, {}) for topic in floor.TOPICS])
    watcher = Latencies(stack)
    await watcher.subscribe()
    processes = floor.start(kafka, mongo, lean=options.lean)
    started = {p.name: p.pid for p in processes if p.pid}
    platform = {name: stack.run.pids[name] for name in ("kafka", "mongod")}
    client: AsyncIOMotorClient[Any] = AsyncIOMotorClient(mongo)
    bare = Subject(
        kafka, client, floor.TOPICS[0], started | platform, floor.Counts(mongo)
    )
    whole = Subject(kafka, client, INBOUND, dict(stack.run.pids), watcher.counts)
    taken: dict[str, list[Round]] = {"floor": [], "pipeline": []}
    turns = [("floor", bare), ("pipeline", whole)]
    for _, subject in turns:
        await timed(subject, WARM, "warm")
    # Before the flood: after it there is much to merge and to write out.
    waits = {}
    if not options.lean:
        waits = await watch_steady(watcher, options.rate, options.seconds)
    for number in range(options.rounds):
        for name, subject in turns:
            taken[name].append(await timed(subject, options.items, f"r{number}"))
            show(name, taken[name][-1])
        # Machines tire: whoever came first comes last in the next round.
        turns.reverse()
    for process in processes:
        process.terminate()
    if not options.lean:
        async with producer_to(kafka) as producer:
            count = options.items // 2
            waits |= await watch_full_load(watcher, producer, INBOUND, count)
    write(figures(taken["floor"], taken["pipeline"], waits, options))


async def timed(subject: Subject, count: int, run: str) -> Round:
    """Publish items as fast as Kafka takes them; wait until all have arrived.

    And until MongoDB has written them out, lest that be the next one's burden.
    """
    records = [
        (item["native_id"], json.dumps(item, ensure_ascii=False).encode())
        for item in submissions(count, run=run, probe_every=PROBE_EVERY)
    ]
    producer = producer_to(subject.kafka)
    await producer.start()
    searchable, notified = await subject.counts()
    wanted = (searchable + count, notified + count // PROBE_EVERY)
    before, began = cpu(subject.pids), time.monotonic()
    for native_id, value in records:
        await producer.send(
            subject.topic, value, native_id.encode(), headers=headers(native_id)
        )
    await producer.flush()
    while any(
        have < want for have, want in zip(await subject.counts(), wanted, strict=True)
    ):
        if time.monotonic() - began > PATIENCE:
            sys.exit(f"{subject.topic}: {await subject.counts()} of {wanted} arrived")
        await asyncio.sleep(POLL)
    await subject.mongo.admin.command("fsync")
    seconds = time.monotonic() - began
    await producer.stop()
    after = cpu(subject.pids)
    per_item = {n: 1000 * (after[n] - before[n]) / count for n in subject.pids}
    return Round(count / seconds, per_item)


def producer_to(kafka: str) -> AIOKafkaProducer:
    """Return the publisher of a full load."""
    return AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", max_batch_size=512 * 1024
    )


def cpu(pids: dict[str, int]) -> dict[str, float]:
    """Return the CPU seconds that each process has used."""
    times = {name: psutil.Process(pid).cpu_times() for name, pid in pids.items()}
    return {name: t.user + t.system for name, t in times.items()}


def show(name: str, one: Round) -> None:
    """Print one round."""
    parts = ", ".join(f"{n} {ms:.3f}" for n, ms in one.cpu.items())
    total = sum(one.cpu.values())
    print(f"{name}: {one.rate:.0f} items/s; {total:.2f} ms CPU an item: {parts}")


def _cpu_of(process: str, one: Round) -> float:
    return one.cpu[process]


def figures(
    floors: list[Round],
    pipelines: list[Round],
    waits: dict[str, float],
    options: argparse.Namespace,
) -> list[Figure]:
    """Return what is claimed, each beside its floor where there is one."""
    command = f"python -m benchmarks.pipeline --items {options.items}"
    if options.lean:
        command, reference, suffix = f"{command} --lean", "lean floor", "_lean"
    else:
        reference, suffix = "floor", ""

    def beside(name: str, unit: str, of: Callable[[Round], float]) -> Figure:
        value, least = (
            statistics.median(map(of, all_)) for all_ in (pipelines, floors)
        )
        return Figure(
            f"pipeline.{name}{suffix}", value, unit, reference, least, command
        )

    return [
        beside("throughput", "items/s", lambda one: one.rate),
        beside("cpu_per_item", "ms", lambda one: sum(one.cpu.values())),
        *(
            beside(f"cpu_per_item.{name}", "ms", partial(_cpu_of, name))
            for name in pipelines[0].cpu
        ),
        *(
            Figure(f"pipeline.{name}", value, "s", None, None, command)
            for name, value in waits.items()
        ),
    ]


if __name__ == "__main__":
    main()
