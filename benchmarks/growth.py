"""What an item costs as there are more of them: time, memory, disk, search.

`python -m benchmarks.growth`. Each size is compared with the one before it: 1 means
that an item costs the same, however many there are.
"""

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from folkmoot.local.stack import Stack
from motor.motor_asyncio import AsyncIOMotorClient

from benchmarks.clients import Clients
from benchmarks.full_load import WARM, Round, timed
from benchmarks.report import Figure, median, write
from benchmarks.subjects import Subject, subject_of, whole

SIZES = (10_000, 100_000, 500_000)
QUERIES = {
    "words": "error install",
    "tag": "tag:check",
    "phrase": '"error message" NOT tool:probe',
    "prefix": "upgrade*",
}
LOOKS = 10
MIB = 1024 * 1024


class Searched(NamedTuple):
    """How many items a query finds, and the median seconds of its answer."""

    found: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Size:
    """What there is once so many items are in.

    `took` is how the last of them went. `memory`, `disk` and `mongo` are bytes, by
    process, folder and kind; `search` by kind of query.
    """

    items: int
    took: Round
    memory: dict[str, float]
    disk: dict[str, float]
    mongo: dict[str, float]
    search: dict[str, Searched]


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    sizes: list[int] = parser.parse_args().sizes
    with whole() as stack:
        taken = asyncio.run(measure(stack, sizes))
    told = " ".join(map(str, sizes))
    write(figures(taken, f"python -m benchmarks.growth --sizes {told}"))


async def measure(stack: Stack, sizes: list[int]) -> list[Size]:
    """Let items in until each size is reached, and look."""
    clients = Clients(stack)
    await clients.subscribe()
    subject = subject_of(stack, clients)
    await timed(subject, WARM, "warm")
    there, taken = WARM, []
    for size in sizes:
        took = await timed(subject, size - there, f"to{size}")
        taken.append(await looked(stack, clients, subject, size, took))
        print(f"{size} items: {took.rate:.0f} items/s for the last {size - there}")
        there = size
    return taken


async def looked(
    stack: Stack, clients: Clients, subject: Subject, items: int, took: Round
) -> Size:
    """Return what there is now."""
    folder = stack.home.folder
    return Size(
        items,
        took,
        {n: psutil.Process(p).memory_info().rss for n, p in subject.pids.items()},
        {name: held(folder / name) for name in ("kafka", "mongo", "search-index")},
        await stored(subject.mongo),
        {name: await searched(clients, query) for name, query in QUERIES.items()},
    )


def held(folder: Path) -> float:
    """Return the bytes that a folder takes on disk."""
    files = (file.stat() for file in folder.rglob("*") if file.is_file())
    return float(sum(file.st_blocks * 512 for file in files))


async def stored(client: AsyncIOMotorClient[Any]) -> dict[str, float]:
    """Return the bytes that collections and indexes take, compressed."""
    sizes = {"collections": 0.0, "indexes": 0.0}
    for name in await client.list_database_names():
        if name.startswith("folkmoot_"):
            stats = await client[name].command("dbStats")
            sizes["collections"] += stats["storageSize"]
            sizes["indexes"] += stats["indexSize"]
    return sizes


async def searched(clients: Clients, query: str) -> Searched:
    """Search with facets and snippets; end the program where nothing is found."""
    seconds, found = [], 0
    for _ in range(LOOKS):
        began = time.monotonic()
        answer = await clients.search.get("/v1/search", params={"q": query})
        seconds.append(time.monotonic() - began)
        found = answer.raise_for_status().json()["total"]
    if not found:
        sys.exit(f"{query} finds nothing: that costs nothing")
    return Searched(found, median(seconds, float))


def figures(taken: list[Size], command: str) -> list[Figure]:
    """Return every cost at every size, beside that of the size before."""
    costs = [costs_of(size) for size in taken]
    made = []
    for number, size in enumerate(taken):
        before = costs[number - 1] if number else {}
        reference = f"at {taken[number - 1].items:,} items" if number else None
        for name, (value, unit) in costs[number].items():
            least = before[name][0] if number else None
            full = f"growth.{name}.at_{size.items}"
            made.append(Figure(full, value, unit, reference, least, command))
    return made


def costs_of(size: Size) -> dict[str, tuple[float, str]]:
    """Return what is claimed of a size, each with its unit."""
    return {
        "time_per_item": (1000 / size.took.rate, "ms"),
        "cpu_per_item": (size.took.cpu_per_item, "ms"),
        **{f"search.{n}": (1000 * s.seconds, "ms") for n, s in size.search.items()},
        **{f"found.{n}": (s.found, "items") for n, s in size.search.items()},
        **{f"memory.{n}": (b / MIB, "MiB") for n, b in size.memory.items()},
        **{
            f"disk_per_item.{n}": (b / size.items, "bytes")
            for n, b in size.disk.items()
        },
        **{
            f"mongodb_{n}_per_item": (b / size.items, "bytes")
            for n, b in size.mongo.items()
        },
    }


if __name__ == "__main__":
    main()
