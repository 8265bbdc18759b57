"""`folkmoot restart`: end a program that `up` runs and start it anew."""

import os
import signal
import time
from typing import Annotated

import typer

from folkmoot.local.errors import LocalError
from folkmoot.local.home import Home, Run
from folkmoot.terminal import out, plain_errors

LIMIT = 90.0
POLL = 0.05


class RestartError(LocalError):
    """A program did not come back."""


def command(
    program: Annotated[
        list[str],
        typer.Argument(help="Such as tagging or kafka; those that died, too."),
    ],
    kill: Annotated[
        bool, typer.Option("--kill", help="End it without warning, as a crash would.")
    ] = False,
) -> None:
    """Restart programs of the `folkmoot up` that runs here, one after another."""
    with plain_errors():
        home = Home.default()
        _require_known(program, home.require_running())
        for name in program:
            pid = _restart(home, name, signal.SIGKILL if kill else signal.SIGTERM)
            out().print(f"{name} runs again: process {pid}")


def _require_known(names: list[str], run: Run) -> None:
    """Raise BadParameter before anything is ended."""
    for name in names:
        if name not in run.pids:
            raise typer.BadParameter(f"{name!r} is none of {', '.join(run.pids)}")


def _restart(home: Home, name: str, how: signal.Signals) -> int:
    before = home.require_running()
    old = before.pids[name]
    deadline = time.monotonic() + LIMIT
    _end(old, how)
    while (now := home.require_running()).pids.get(name) == old:
        if time.monotonic() > deadline:
            raise RestartError(f"{name} did not come back within {LIMIT:.0f} s")
        _ask(now)
        time.sleep(POLL)
    return now.pids[name]


def _end(pid: int, how: signal.Signals) -> None:
    try:
        os.killpg(pid, how)
    except ProcessLookupError:
        return


def _ask(run: Run) -> None:
    """Ask `up` to start anew whatever is dead by now."""
    os.kill(run.pid, signal.SIGUSR1)
