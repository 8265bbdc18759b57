"""What a person sees: results on standard output, everything else on standard error.

Colour is for terminals alone, and NO_COLOR turns it off there too.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import NoReturn

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text
from typing_extensions import override

from folkmoot.local.errors import LocalError
from folkmoot.local.home import AlreadyRunningError, NotRunningError


class Exit(IntEnum):
    """What the command's exit status means."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    ALREADY_UP = 3
    NOT_UP = 4
    INTERRUPTED = 130
    UNREAD = 141
    """Nobody reads on; what a shell says of a program that SIGPIPE ended."""


class _Console(Console):
    @override
    def on_broken_pipe(self) -> None:
        """End as other programs do that are piped into `head`."""
        _stop_writing()


def out() -> Console:
    """Return the console for results."""
    return _Console(highlight=False, soft_wrap=True)


def err() -> Console:
    """Return the console for progress and complaints."""
    return _Console(stderr=True, highlight=False, soft_wrap=True)


def print_text(text: Text, *, indent: int = 0) -> None:
    """Print a paragraph: wrapped between words on a terminal, else on one line."""
    console = out()
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, indent)), soft_wrap=False)
    else:
        console.print(Text(" " * indent) + text)


def print_json(value: object) -> None:
    """Print one JSON value on one line, for programs to read."""
    try:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _stop_writing()


def _stop_writing() -> NoReturn:
    # Python flushes at its end, and would complain of the pipe once more.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    raise SystemExit(Exit.UNREAD)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what a person can mend into one message and an exit status."""
    try:
        yield
    except LocalError as error:
        err().print(f"folkmoot: {error}", style="red", markup=False)
        raise typer.Exit(_status(error)) from error


def _status(error: LocalError) -> Exit:
    if isinstance(error, AlreadyRunningError):
        return Exit.ALREADY_UP
    return Exit.NOT_UP if isinstance(error, NotRunningError) else Exit.FAILED
