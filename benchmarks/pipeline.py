"""The pipeline beside its floor: throughput at full load, latency at a steady rate.

`python -m benchmarks.pipeline --help` lists the options.
Pipeline and floor run on the same Kafka and MongoDB, in turns, on the same corpus.
"""

import argparse
import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial

from folkmoot.local.mongo import database_of
from folkmoot.local.stack import Stack
from folkmoot.local.topics import Plan, create_topics

from benchmarks import floor
from benchmarks.clients import Clients
from benchmarks.full_load import WARM, Round, producer_to, show, timed
from benchmarks.latency import Turn, watch_full_load, watch_steady
from benchmarks.report import Figure, median, write
from benchmarks.subjects import (
    INBOUND,
    Subject,
    floor_alone,
    stored_bytes,
    subject_of,
    whole,
)


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
    # A stack for each: what one of them leaves behind would weigh on the other.
    with whole() as stack:
        seen = asyncio.run(throughput(stack, options))
    if not options.lean:
        with whole() as stack:
            seen += asyncio.run(latency(stack, options))
    write(seen)


async def throughput(stack: Stack, options: argparse.Namespace) -> list[Figure]:
    """Run the rounds; before each of them floor and pipeline are equally full."""
    clients = Clients(stack)
    await clients.subscribe()
    ours = subject_of(stack, clients)
    floors, pipelines = await rounds(stack, ours, options)
    return figures(floors, pipelines, options) + await stored(ours, options)


async def latency(stack: Stack, options: argparse.Namespace) -> list[Figure]:
    """Run the steady loads, then a full load that is watched."""
    clients = Clients(stack)
    await clients.subscribe()
    await timed(subject_of(stack, clients), WARM, "warm")
    # Before the flood: after it there is much to merge and to write out.
    seen = [
        figure
        for rate in options.rate
        for figure in await steady(clients, rate, options)
    ]
    return seen + await flood(stack, clients, options)


async def steady(
    clients: Clients, rate: int, options: argparse.Namespace
) -> list[Figure]:
    """Return the median of what each of several turns at a steady rate has found.

    In half a minute one pause of the machine decides the slowest hundredth.
    """
    command, stored = command_of(options), await stored_by(clients)
    turns: list[Turn] = []
    for number in range(options.turns):
        turns.append(await watch_steady(clients, rate, options.seconds, number))
        show_turn(turns[-1])
    reached = median(turns, lambda turn: turn.rate)
    return [
        Figure(
            f"pipeline.published_at_{rate}", reached, "items/s", "wanted", rate, command
        ),
        *watched(f"at_{rate}", stored, turns, command),
    ]


async def flood(
    stack: Stack, clients: Clients, options: argparse.Namespace
) -> list[Figure]:
    """Return how long items of a full load are on their way."""
    command, stored = command_of(options), await stored_by(clients)
    async with producer_to(stack.run.kafka_bootstrap) as producer:
        count = options.items // 2
        turn = await watch_full_load(clients, producer, INBOUND, count)
    show_turn(turn)
    return [
        Figure(
            "pipeline.published_at_full_load", turn.rate, "items/s", None, None, command
        ),
        *watched("at_full_load", stored, [turn], command),
    ]


async def stored_by(clients: Clients) -> int:
    """Return how many items there are."""
    searchable, _ = await clients.counts()
    return searchable


def show_turn(turn: Turn) -> None:
    """Print one turn."""
    waits = ", ".join(f"{name} {wait:.3f}" for name, wait in turn.waits.items())
    print(f"{turn.rate:.1f} items/s published: {waits}")


def watched(
    load: str, stored: int, turns: Sequence[Turn], command: str
) -> list[Figure]:
    """Return how many items there were before a load, and the medians of its waits."""
    names = list(turns[0].waits)
    waits = [median(turns, partial(_wait, name)) for name in names]
    return [
        Figure(f"pipeline.stored_{load}", stored, "items", None, None, command),
        *(
            Figure(f"pipeline.{name}", wait, "s", None, None, command)
            for name, wait in zip(names, waits, strict=True)
        ),
    ]


def _wait(name: str, turn: Turn) -> float:
    return turn.waits[name]


async def rounds(
    stack: Stack, ours: Subject, options: argparse.Namespace
) -> tuple[list[Round], list[Round]]:
    """Load the floor and the pipeline in turns, each of them warm and alone."""
    plans = [Plan(topic, 6, {}) for topic in floor.TOPICS]
    await create_topics(stack.run.kafka_bootstrap, plans)
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
        f"{command} --rate {rates} --seconds {options.seconds} --turns {options.turns}"
    )


if __name__ == "__main__":
    main()
