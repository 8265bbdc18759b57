"""From publishing to searchable and to notified, seen from outside."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from aiokafka import AIOKafkaProducer

from benchmarks.corpus import Data, date, item_id, record_of, submissions
from benchmarks.watching import Probes, Seen, Watched

BATCH = 10
"""Items in a request; the first of them is a probe."""

IN_FLIGHT = 32
"""Requests that may be under way at once: a second's worth, at a steady rate."""

LEAST = 0.95
"""The share of a wanted rate below which there are no figures of it."""

SELDOM = 100
"""One in so many items is a probe at full load, so that a commit fits on a page."""


class Turn(NamedTuple):
    """One load that was watched: items per second published, p50 and p99 of the waits.

    Waits are in seconds.
    """

    rate: float
    waits: dict[str, float]


async def watch_steady(whose: Watched, rate: int, seconds: int, turn: int) -> Turn:
    """Publish at a steady rate; end the program where it is not reached."""
    run = f"at{rate}.{turn}"
    items = list(submissions(rate * seconds, run=run, probe_every=BATCH))

    async def publish(sent: dict[str, float]) -> float:
        reached = await publish_steadily(whose.publish, items, rate, sent)
        require_rate(rate, reached)
        return reached

    return await _watched(f"at_{rate}", whose, publish, items[::BATCH])


async def publish_steadily(
    publish: Callable[[list[Data]], Awaitable[None]],
    items: Sequence[Data],
    rate: int,
    sent: dict[str, float],
) -> float:
    """Publish items at a rate, and return the one at which they were acknowledged.

    A wait begins when an item is due: were it the moment of sending, a publisher that
    is held up would leave out the longest waits. Nor does a request wait for the
    answer to the one before it, unless IN_FLIGHT of them are under way.
    """
    room = asyncio.Semaphore(IN_FLIGHT)

    async def request(batch: list[Data]) -> None:
        async with room:
            await publish(batch)

    began = time.monotonic()
    async with asyncio.TaskGroup() as requests:
        for number in range(0, len(items), BATCH):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            batch = list(items[number : number + BATCH])
            for data in batch:
                note(data, sent, due)
            requests.create_task(request(batch))
    return len(items) / (time.monotonic() - began)


def require_rate(wanted: int, reached: float) -> None:
    """End the program where publishing fell short of what the figures would claim."""
    if reached < LEAST * wanted:
        sys.exit(
            f"{reached:.1f} items/s were published where {wanted} were wanted: "
            f"there are no waits at {wanted} items/s to tell of"
        )


async def watch_full_load(
    whose: Watched, producer: AIOKafkaProducer, topic: str, count: int
) -> Turn:
    """Publish as fast as Kafka takes it; it takes more than is handled meanwhile."""
    items = list(submissions(count, run="full", probe_every=SELDOM))

    async def publish(sent: dict[str, float]) -> float:
        began = time.monotonic()
        for data in items:
            note(data, sent, time.monotonic())
            await producer.send(topic, **record_of(data))
        await producer.flush()
        return count / (time.monotonic() - began)

    return await _watched("at_full_load", whose, publish, items[::SELDOM])


def note(data: Data, sent: dict[str, float], at: float) -> None:
    """Say that an item is published at a moment of the monotonic clock."""
    date(data, at)
    sent[item_id(data["native_id"])] = at


async def _watched(
    name: str,
    whose: Watched,
    publish: Callable[[dict[str, float]], Awaitable[float]],
    probes: list[Data],
) -> Turn:
    sent: dict[str, float] = {}
    searchable: Seen = {}
    notified: Seen = {}
    wanted = Probes({item_id(data["native_id"]) for data in probes}, sent)
    watching = asyncio.gather(
        whose.searchable(wanted, searchable), whose.notified(wanted, notified)
    )
    await asyncio.sleep(1)
    rate = await publish(sent)
    await asyncio.wait_for(watching, 120)
    waits = {
        **_percentiles(f"searchable_{name}", sent, searchable),
        **_percentiles(f"notified_{name}", sent, notified),
    }
    return Turn(rate, waits)


def _percentiles(
    name: str, sent: dict[str, float], seen: dict[str, float]
) -> dict[str, float]:
    waits = sorted(seen[key] - sent[key] for key in seen.keys() & sent.keys())
    return {
        f"{name}.p50": waits[len(waits) // 2],
        f"{name}.p99": waits[int(len(waits) * 0.99)],
    }
