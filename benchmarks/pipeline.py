"""The pipeline beside its floor: throughput at full load, latency at a steady rate.

`python -m benchmarks.pipeline --help` lists the options.
Pipeline and floor run on the same Kafka and MongoDB, in turns, on the same corpus.
"""

import argparse
import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial

from folkmoot.local.mongo import database_of
from folkmoot.local.stack import Stack

from benchmarks import floor
from benchmarks.clients import Clients
from benchmarks.full_load import WARM, Round, show, timed
from benchmarks.report import Figure, median, write
from benchmarks.subjects import (
    Subject,
    create_floor_topics,
    floor_alone,
    stored_bytes,
    subject_of,
    whole,
)
from benchmarks.waits import Load, waits_of_floor, waits_of_pipeline
from benchmarks.waits import figures as figures_of_waits


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--rate", type=int, nargs="+", default=[200, 300])
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--turns", type=int, default=5, help="at each rate")
    parser.add_argument("--flood", type=int, default=10_000, help="whose waits count")
    parser.add_argument(
        "--lean", action="store_true", help="only the throughput, beside a lean floor"
    )
    options = parser.parse_args()
    # A stack for each: what one of them leaves behind would weigh on the other.
    with whole() as stack:
        seen = asyncio.run(throughput(stack, options))
    if not options.lean:
        seen += latency(options)
    write(seen)


async def throughput(stack: Stack, options: argparse.Namespace) -> list[Figure]:
    """Run the rounds; before each of them floor and pipeline are equally full."""
    clients = Clients(stack)
    await clients.subscribe()
    ours = subject_of(stack, clients)
    floors, pipelines = await rounds(stack, ours, options)
    return figures(floors, pipelines, options) + await stored(ours, options)


def latency(options: argparse.Namespace) -> list[Figure]:
    """Run the steady loads and the full load: on the floor, then on the pipeline."""
    load = Load(options.rate, options.seconds, options.turns, options.flood)
    with whole() as stack:
        floors = asyncio.run(waits_of_floor(stack, load))
    with whole() as stack:
        pipelines = asyncio.run(waits_of_pipeline(stack, load))
    return figures_of_waits(floors, pipelines, command_of(options))


async def rounds(
    stack: Stack, ours: Subject, options: argparse.Namespace
) -> tuple[list[Round], list[Round]]:
    """Load the floor and the pipeline in turns, each of them warm and alone."""
    await create_floor_topics(stack)
    turns: list[tuple[str, Callable[[], AbstractAsyncContextManager[Subject]]]] = [
        ("floor", partial(floor_alone, stack, lean=options.lean)),
        ("pipeline", lambda: nullcontext(ours)),
    ]
    taken: dict[str, list[Round]] = {name: [] for name, _ in turns}
    for number in range(options.rounds):
        for name, whose in turns:
            async with whose() as subject:
                await timed(subject, WARM, f"w{number}")
                # Other words in each round, or caches would know them all.
                skip = number * options.items
                taken[name].append(
                    await timed(subject, options.items, f"r{number}", skip)
                )
            show(name, taken[name][-1])
        # Machines tire: whoever came first comes last in the next round.
        turns.reverse()
    return taken["floor"], taken["pipeline"]


def figures(
    floors: list[Round], pipelines: list[Round], options: argparse.Namespace
) -> list[Figure]:
    """Return what the rounds have found, each beside its floor."""
    command = command_of(options)
    reference, suffix = _reference(options)

    def beside(name: str, unit: str, of: Callable[[Round], float]) -> Figure:
        value, least = median(pipelines, of), median(floors, of)
        return Figure(
            f"pipeline.{name}{suffix}", value, unit, reference, least, command
        )

    return [
        beside("throughput", "items/s", lambda one: one.rate),
        beside(
            "throughput_per_cpu_second", "items", lambda one: 1000 / one.cpu_per_item
        ),
        beside("cpu_per_item", "ms", lambda one: one.cpu_per_item),
        beside("system_cpu_per_item", "ms", lambda one: one.system),
        *(
            beside(f"cpu_per_item.{name}", "ms", partial(_cpu_of, name))
            for name in pipelines[0].cpu
        ),
        *(
            beside(f"written_per_item.{name}", "bytes", partial(_written_by, name))
            for name in pipelines[0].written
        ),
    ]


async def stored(subject: Subject, options: argparse.Namespace) -> list[Figure]:
    """Return how large the documents of an item are, beside those of the floor."""
    reference, suffix = _reference(options)
    count = options.rounds * (options.items + WARM)
    theirs = await stored_bytes(subject.mongo, floor.database_of)
    ours = await stored_bytes(subject.mongo, database_of)
    return [
        Figure(
            f"pipeline.documents_per_item.{service}{suffix}",
            size / count,
            "bytes",
            reference,
            theirs[service] / count,
            command_of(options),
        )
        for service, size in ours.items()
    ]


def _reference(options: argparse.Namespace) -> tuple[str, str]:
    """Return what the pipeline stands beside, and what tells its figures apart."""
    return ("lean floor", "_lean") if options.lean else ("floor", "")


def _cpu_of(process: str, one: Round) -> float:
    return one.cpu[process]


def _written_by(process: str, one: Round) -> float:
    return one.written[process]


def command_of(options: argparse.Namespace) -> str:
    """Return the command that repeats this, with what else would be a default."""
    command = (
        f"python -m benchmarks.pipeline --items {options.items} "
        f"--rounds {options.rounds}"
    )
    if options.lean:
        return f"{command} --lean"
    rates = " ".join(map(str, options.rate))
    return (
        f"{command} --rate {rates} --seconds {options.seconds} "
        f"--turns {options.turns} --flood {options.flood}"
    )


if __name__ == "__main__":
    main()
