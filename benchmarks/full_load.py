"""One full load: how long items take together, and what each costs every process."""

import asyncio
import sys
import time
from dataclasses import dataclass
from typing import NamedTuple

import psutil
from aiokafka import AIOKafkaProducer

from benchmarks.corpus import record_of, submissions
from benchmarks.floor import PROBE_EVERY
from benchmarks.subjects import Subject

WARM = 2000
SLOWEST_POLL, FINEST_POLL = 2.0, 0.05
"""Seconds between looks at what has arrived, at most and at least."""
PATIENCE = 300.0
SLOWEST = 200
"""Items per second below which there is no point in waiting."""


@dataclass(frozen=True, slots=True)
class Round:
    """One full load: items per second, and what an item costs each process.

    `cpu` in milliseconds; `written` in bytes handed to the file system; `system` is
    what of `cpu` all of them together spent in the kernel.
    """

    rate: float
    cpu: dict[str, float]
    written: dict[str, float]
    system: float

    @property
    def cpu_per_item(self) -> float:
        """Milliseconds of all processes together."""
        return sum(self.cpu.values())


async def timed(subject: Subject, count: int, run: str, skip: int = 0) -> Round:
    """Publish items as fast as Kafka takes them; wait until all have arrived.

    And until MongoDB has written them out, lest that be the next one's burden.
    """
    records = [
        record_of(item)
        for item in submissions(count, run=run, probe_every=PROBE_EVERY, skip=skip)
    ]
    producer = producer_to(subject.kafka)
    await producer.start()
    searchable, notified = await subject.counts()
    wanted = (searchable + count, notified + len(records[::PROBE_EVERY]))
    before, began = used(subject.pids), time.monotonic()
    for record in records:
        await producer.send(subject.topic, **record)
    await producer.flush()
    await _arrived(subject, wanted, count)
    await subject.mongo.admin.command("fsync")
    seconds = time.monotonic() - began
    after = used(subject.pids)
    await producer.stop()
    spent = {n: after[n].since(before[n], count) for n in subject.pids}
    return Round(
        count / seconds,
        {n: 1000 * one.cpu for n, one in spent.items()},
        {n: one.written for n, one in spent.items()},
        1000 * sum(one.system for one in spent.values()),
    )


async def _arrived(subject: Subject, wanted: tuple[int, int], count: int) -> None:
    """Return once all of `count` items are there.

    A look costs the pipeline something, and one that comes late costs whoever is looked
    at some of its time: so the next is a quarter of the way to when all should be
    there. That is a guess, the more so as items become searchable in lumps.
    """
    began = time.monotonic()
    deadline = began + PATIENCE + count / SLOWEST
    while True:
        there = await subject.counts()
        missing = max(want - have for have, want in zip(there, wanted, strict=True))
        if missing <= 0:
            return
        if dead := _dead(subject.pids):
            sys.exit(f"{subject.topic}: {', '.join(dead)} died")
        if time.monotonic() > deadline:
            sys.exit(f"{subject.topic}: {there} of {wanted} arrived")
        arrived = max(1, count - missing)
        left = missing * (time.monotonic() - began) / arrived
        await asyncio.sleep(max(FINEST_POLL, min(SLOWEST_POLL, left / 4)))


def _dead(pids: dict[str, int]) -> list[str]:
    """Return the names of children that have ended."""
    over = psutil.STATUS_ZOMBIE
    return [name for name, pid in pids.items() if psutil.Process(pid).status() == over]


def producer_to(kafka: str) -> AIOKafkaProducer:
    """Return the publisher of a full load."""
    return AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", max_batch_size=512 * 1024
    )


class Used(NamedTuple):
    """What a process has used: CPU seconds, those in the kernel, bytes written."""

    cpu: float
    system: float
    written: float

    def since(self, before: "Used", count: int) -> "Used":
        """Return what each of so many items took since then."""
        return Used(
            *((now - then) / count for now, then in zip(self, before, strict=True))
        )


def used(pids: dict[str, int]) -> dict[str, Used]:
    """Return what each process has used."""
    found = {}
    for name, pid in pids.items():
        process = psutil.Process(pid)
        times = process.cpu_times()
        written = process.io_counters().write_bytes
        found[name] = Used(times.user + times.system, times.system, written)
    return found


def show(name: str, one: Round) -> None:
    """Print one round."""
    parts = ", ".join(f"{n} {ms:.3f}" for n, ms in one.cpu.items())
    total = one.cpu_per_item
    print(
        f"{name}: {one.rate:.0f} items/s; {total:.2f} ms CPU an item, "
        f"{one.system:.2f} of it in the kernel: {parts}"
    )
