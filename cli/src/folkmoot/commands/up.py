"""`folkmoot up`: run everything here until Ctrl-C."""

import signal
import time
from dataclasses import asdict
from types import FrameType
from typing import Annotated

import typer
from rich.table import Table

from folkmoot.local.home import Home
from folkmoot.local.ports import SERVICES
from folkmoot.local.stack import COMPANIES, Stack, Wanted
from folkmoot.local.supervisor import Process, tail
from folkmoot.options import Json, Ports, ports_of
from folkmoot.terminal import Exit, err, out, plain_errors, print_json

Companies = Annotated[
    list[str] | None,
    typer.Option(
        help="Make an API key for this company; without this option, for "
        f"{', '.join(COMPANIES)}."
    ),
]
LOOK = 0.25
"""Seconds between looks at whether everything still runs."""


def _services(told: list[str]) -> tuple[str, ...]:
    for name in told:
        if name not in SERVICES:
            raise typer.BadParameter(f"{name!r} is none of {', '.join(SERVICES)}")
    return tuple(told) or SERVICES


def command(
    port: Ports = None,
    company: Companies = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="SERVICE", help="Run these services alone."),
    ] = None,
    partitions: Annotated[
        int | None, typer.Option(min=1, help="Partitions of new topics.")
    ] = None,
    json: Json = False,
) -> None:
    """Start Kafka, MongoDB and the services here, and keep them until Ctrl-C.

    Data, logs and secrets are kept in .folkmoot (or FOLKMOOT_HOME).

    A program that dies is reported and left dead; SIGUSR1 starts it anew.
    """
    home = Home.default()
    wanted = Wanted(
        ports_of(port),
        _services(only or []),
        tuple(company or COMPANIES),
        partitions,
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with plain_errors(), home.locked(), Stack(home, wanted) as stack:
        try:
            stack.start(lambda text: err().print(f"[green]✓[/] {text}"))
            if json:
                print_json(asdict(stack.run))
            else:
                _introduce(home, stack)
            watch(stack)
        except KeyboardInterrupt as error:
            err().print("stopping (once more Ctrl-C to kill everything)")
            raise typer.Exit(Exit.DONE) from error


def _introduce(home: Home, stack: Stack) -> None:
    table = Table("what", "where", "process", box=None, pad_edge=False)
    for name, pid in stack.run.pids.items():
        number = stack.wanted.ports[name]
        web = "http://" if name in SERVICES else ""
        table.add_row(name, f"{web}127.0.0.1:{number}", str(pid))
    console = out()
    console.print(table)
    console.print(f"logs: {home.folder / 'logs'}   API keys: {home.credentials_file}")
    console.print("Folkmoot is up. Ctrl-C stops it.", style="bold")


def watch(stack: Stack) -> None:
    """Report what dies, until a signal ends it."""
    asked = False

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True

    signal.signal(signal.SIGUSR1, ask)
    reported: set[int] = set()
    while True:
        dead = stack.supervisor.dead()
        for process in dead:
            if process.pid not in reported:
                reported.add(process.pid)
                _report(process)
        if asked:
            names = [process.program.name for process in dead]
            stack.again(names)
            # Who asks goes on until it is done: what dies from now on stays dead.
            asked = False
            for name in names:
                err().print(f"[green]✓[/] {name} runs again")
        time.sleep(LOOK)


def _report(process: Process) -> None:
    """Tell that a program has ended: with its last words, unless it was asked to."""
    program = process.program
    if process.exit_code == 0:
        err().print(f"{program.name} has ended", style="yellow")
        return
    err().print(
        f"{program.name} has ended with {process.exit_code}; the end of "
        f"{program.log}:\n{tail(program.log)}",
        style="red",
        markup=False,
    )
