"""How long items are on their way: at steady rates, and in a flood."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from folkmoot.local.stack import Stack

from benchmarks.clients import Clients
from benchmarks.full_load import WARM, producer_to, timed
from benchmarks.latency import Turn, watch_full_load, watch_steady
from benchmarks.report import Figure, median
from benchmarks.subjects import (
    Subject,
    create_floor_topics,
    floor_alone,
    subject_of,
)
from benchmarks.watching import Watched, floor_of, pipeline_of


class Load(NamedTuple):
    """Steady rates in items per second, each for some turns of so many seconds.

    And then a flood of so many items.
    """

    rates: Sequence[int]
    seconds: int
    turns: int
    flood: int


class Waits(NamedTuple):
    """What a load found: items stored before it, items/s published, waits in seconds.

    The latter two are medians over turns.
    """

    load: str
    wanted: int | None
    stored: int
    published: float
    waits: dict[str, float]


async def waits_of_pipeline(stack: Stack, load: Load) -> list[Waits]:
    """Watch the pipeline under a load."""
    clients = Clients(stack)
    await clients.subscribe()
    return await _watch(subject_of(stack, clients), pipeline_of(clients), load)


async def waits_of_floor(stack: Stack, load: Load) -> list[Waits]:
    """Watch the floor under a load, while the pipeline is suspended."""
    await create_floor_topics(stack)
    async with (
        floor_alone(stack, lean=False) as subject,
        producer_to(subject.kafka) as producer,
    ):
        return await _watch(subject, floor_of(subject.mongo, producer), load)


async def _watch(subject: Subject, whose: Watched, load: Load) -> list[Waits]:
    await timed(subject, WARM, "warm")
    found: list[Waits] = []
    for rate in load.rates:
        stored, turns = await _stored(subject), []
        # In half a minute one pause of the machine decides the slowest hundredth.
        for number in range(load.turns):
            turns.append(await watch_steady(whose, rate, load.seconds, number))
            _show(subject, turns[-1])
        found.append(_waits(f"at_{rate}", rate, stored, turns))
    # At the end: after it there is much to merge and to write out.
    stored = await _stored(subject)
    async with producer_to(subject.kafka) as producer:
        turn = await watch_full_load(whose, producer, subject.topic, load.flood)
    _show(subject, turn)
    return [*found, _waits("at_full_load", None, stored, [turn])]


async def _stored(subject: Subject) -> int:
    searchable, _ = await subject.counts()
    return searchable


def _show(subject: Subject, turn: Turn) -> None:
    waits = ", ".join(f"{name} {wait:.3f}" for name, wait in turn.waits.items())
    print(f"{subject.topic}: {turn.rate:.1f} items/s published: {waits}")


def _waits(load: str, wanted: int | None, stored: int, turns: Sequence[Turn]) -> Waits:
    return Waits(
        load,
        wanted,
        stored,
        median(turns, lambda turn: turn.rate),
        {name: median(turns, partial(_wait, name)) for name in turns[0].waits},
    )


def _wait(name: str, turn: Turn) -> float:
    return turn.waits[name]


def figures(
    floors: Sequence[Waits], pipelines: Sequence[Waits], command: str
) -> list[Figure]:
    """Return what both have found: each wait beside the floor's."""
    found: list[Figure] = []
    for least, seen in zip(floors, pipelines, strict=True):
        found += [
            Figure(
                f"pipeline.published_{seen.load}",
                seen.published,
                "items/s",
                "wanted" if seen.wanted else None,
                seen.wanted,
                command,
            ),
            Figure(
                f"pipeline.stored_{seen.load}",
                seen.stored,
                "items",
                "floor",
                least.stored,
                command,
            ),
            *(
                Figure(
                    f"pipeline.{name}", wait, "s", "floor", least.waits[name], command
                )
                for name, wait in seen.waits.items()
            ),
        ]
    return found
