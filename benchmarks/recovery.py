"""How soon a service is ready after its start, and back at work after a SIGKILL.

`python -m benchmarks.recovery`. A start is compared with a Python process that imports
the same; a recovery, which ends when an item published after the kill is found and told
of, with the start of what was killed.
"""

import argparse
import asyncio
import subprocess
import sys
import time

from folkmoot.local.ports import SERVICES
from folkmoot.local.services import module_of
from folkmoot.local.stack import Stack

from benchmarks.clients import Clients
from benchmarks.corpus import submissions
from benchmarks.full_load import WARM, timed
from benchmarks.report import Figure, median, write
from benchmarks.subjects import subject_of, whole

ROUNDS = 5
PATIENCE = 60.0


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds: int = parser.parse_args().rounds
    with whole() as stack:
        write(asyncio.run(measure(stack, rounds)))


async def measure(stack: Stack, rounds: int) -> list[Figure]:
    """Start each service some times, then kill every program some times."""
    clients = Clients(stack)
    await clients.subscribe()
    await timed(subject_of(stack, clients), WARM, "warm")
    starts: dict[str, list[float]] = {}
    recoveries: dict[str, list[float]] = {}
    imports: dict[str, list[float]] = {}
    command = f"python -m benchmarks.recovery --rounds {rounds}"
    for number in range(rounds):
        for name in ("kafka", "mongod", *SERVICES):
            starts.setdefault(name, []).append(started(stack, name))
            back = await recovered(stack, clients, name, f"{name}{number}")
            recoveries.setdefault(name, []).append(back)
            print(f"{name}: {starts[name][-1]:.2f} s, {back:.2f} s")
        for name in SERVICES:
            imports.setdefault(name, []).append(imported(name))
    return [
        *(
            Figure(
                f"start.{name}",
                median(starts[name], float),
                "s",
                "importing the same",
                median(imports[name], float),
                command,
            )
            for name in SERVICES
        ),
        *(
            Figure(
                f"recovery.{name}",
                median(seconds, float),
                "s",
                "its start",
                median(starts[name], float),
                command,
            )
            for name, seconds in recoveries.items()
        ),
    ]


def started(stack: Stack, name: str) -> float:
    """Stop a program, and return the seconds from its next start until it is ready."""
    stack.supervisor[name].stop()
    began = time.monotonic()
    stack.supervisor.again(name)
    return time.monotonic() - began


def imported(name: str) -> float:
    """Return the seconds that a process takes to import what a service imports."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", f"import {module_of(name)}.app"], check=True)  # noqa: S603  our own code
    return time.monotonic() - began


async def recovered(stack: Stack, clients: Clients, name: str, run: str) -> float:
    """Kill a program, and return the seconds until a new item has gone all the way."""
    before, after = submissions(2, run=run, probe_every=1)
    async with asyncio.timeout(PATIENCE):
        await clients.travels(before)  # what was stopped before is over
    began = time.monotonic()
    stack.supervisor[name].kill()
    stack.supervisor.again(name)  # here: a program dies with the thread that began it
    async with asyncio.timeout(PATIENCE):
        await clients.travels(after)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
