"""The pipeline beside its floor: throughput at full load, latency at a steady rate.

`python -m benchmarks.pipeline --help` lists the options.
Both run on the same Kafka and MongoDB, in turns, on the same corpus.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from aiokafka import AIOKafkaProducer
from folkmoot.local.home import Home
from folkmoot.local.stack import Stack, Wanted
from folkmoot.local.topics import Plan, create_topics
from motor.motor_asyncio import AsyncIOMotorClient

from benchmarks import floor
from benchmarks.corpus import SOURCE, corpus_file, headers, submissions
from benchmarks.floor import PROBE_EVERY
from benchmarks.latency import Latencies, Waits, watch_full_load, watch_steady
from benchmarks.report import Figure, median, write

INBOUND = "folkmoot.inbound.v1"
WARM = 2000
POLL = 0.25
PATIENCE = 300.0
SLOWEST = 200
"""Items per second below which there is no point in waiting."""


@dataclass(frozen=True, slots=True)
class Round:
    """One full load: items per second, and what an item costs each process.

    `cpu` in milliseconds; `written` in bytes handed to the file system.
    """

    rate: float
    cpu: dict[str, float]
    written: dict[str, float]


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
    parser.add_argument("--rate", type=int, nargs="+", default=[200, 300])
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--turns", type=int, default=5, help="at each rate")
    parser.add_argument(
        "--lean", action="store_true", help="only the throughput, beside a lean floor"
    )
    options = parser.parse_args()
    with whole() as stack:
        asyncio.run(measure(stack, options))


@contextmanager
def whole() -> Iterator[Stack]:
    """Run a Folkmoot of its own that takes the benchmark's source in."""
    corpus_file()  # without it, better no start at all
    with tempfile.TemporaryDirectory(prefix="folkmoot-bench-") as folder:
        inbound = Path(folder) / "inbound.json"
        inbound.write_text(json.dumps({SOURCE: "north"}))
        os.environ["FOLKMOOT_INBOUND_SOURCES"] = str(inbound)
        os.environ["FOLKMOOT_TRACE_RATIO"] = "0"
        home = Home(Path(folder))
        with home.locked(), Stack(home, Wanted.anywhere()) as stack:
            stack.start(lambda text: print(text, file=sys.stderr))
            yield stack


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
    ours = subject_of(stack, watcher)
    taken: dict[str, list[Round]] = {"floor": [], "pipeline": []}
    turns = [("floor", bare), ("pipeline", ours)]
    for _, subject in turns:
        await timed(subject, WARM, "warm")
    # Before the flood: after it there is much to merge and to write out.
    waits: Waits = {}
    if not options.lean:
        for rate in options.rate:
            waits |= await steady(watcher, rate, options)
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


async def steady(watcher: Latencies, rate: int, options: argparse.Namespace) -> Waits:
    """Return the median of what each of several turns at a steady rate has found.

    In half a minute one pause of the machine decides the slowest hundredth.
    """
    turns = []
    for turn in range(options.turns):
        turns.append(await watch_steady(watcher, rate, options.seconds, turn))
        print(", ".join(f"{name} {wait:.3f}" for name, wait in turns[-1].items()))
    return {name: median(turns, itemgetter(name)) for name in turns[0]}


def subject_of(stack: Stack, watcher: Latencies) -> Subject:
    """Return the pipeline as what is measured."""
    client: AsyncIOMotorClient[Any] = AsyncIOMotorClient(stack.platform.mongo.admin_url)
    run = stack.run
    return Subject(run.kafka_bootstrap, client, INBOUND, dict(run.pids), watcher.counts)


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
    patience = PATIENCE + count / SLOWEST
    before, began = used(subject.pids), time.monotonic()
    for native_id, value in records:
        await producer.send(
            subject.topic, value, native_id.encode(), headers=headers(native_id)
        )
    await producer.flush()
    while any(
        have < want for have, want in zip(await subject.counts(), wanted, strict=True)
    ):
        if time.monotonic() - began > patience:
            sys.exit(f"{subject.topic}: {await subject.counts()} of {wanted} arrived")
        await asyncio.sleep(POLL)
    await subject.mongo.admin.command("fsync")
    seconds = time.monotonic() - began
    await producer.stop()
    after = used(subject.pids)
    spent = {n: after[n].cpu - before[n].cpu for n in subject.pids}
    written = {n: after[n].written - before[n].written for n in subject.pids}
    return Round(
        count / seconds,
        {name: 1000 * seconds / count for name, seconds in spent.items()},
        {name: size / count for name, size in written.items()},
    )


def producer_to(kafka: str) -> AIOKafkaProducer:
    """Return the publisher of a full load."""
    return AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", max_batch_size=512 * 1024
    )


class Used(NamedTuple):
    """What a process has used so far: CPU seconds, bytes written to files."""

    cpu: float
    written: int


def used(pids: dict[str, int]) -> dict[str, Used]:
    """Return what each process has used."""
    found = {}
    for name, pid in pids.items():
        process = psutil.Process(pid)
        times = process.cpu_times()
        written = process.io_counters().write_bytes
        found[name] = Used(times.user + times.system, written)
    return found


def show(name: str, one: Round) -> None:
    """Print one round."""
    parts = ", ".join(f"{n} {ms:.3f}" for n, ms in one.cpu.items())
    total = sum(one.cpu.values())
    print(f"{name}: {one.rate:.0f} items/s; {total:.2f} ms CPU an item: {parts}")


def _cpu_of(process: str, one: Round) -> float:
    return one.cpu[process]


def _written_by(process: str, one: Round) -> float:
    return one.written[process]


def figures(
    floors: list[Round],
    pipelines: list[Round],
    waits: Waits,
    options: argparse.Namespace,
) -> list[Figure]:
    """Return what is claimed, each beside its floor where there is one."""
    command = f"python -m benchmarks.pipeline --items {options.items}"
    if options.lean:
        command, reference, suffix = f"{command} --lean", "lean floor", "_lean"
    else:
        reference, suffix = "floor", ""

    def beside(name: str, unit: str, of: Callable[[Round], float]) -> Figure:
        value, least = median(pipelines, of), median(floors, of)
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
            beside(f"written_per_item.{name}", "bytes", partial(_written_by, name))
            for name in pipelines[0].written
        ),
        *(
            Figure(f"pipeline.{name}", value, "s", None, None, command)
            for name, value in waits.items()
        ),
    ]


if __name__ == "__main__":
    main()
