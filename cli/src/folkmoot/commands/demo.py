"""`folkmoot demo`: everything up, a sample of seven companies, a walk through."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from folkmoot.commands.up import watch
from folkmoot.commands.walk import show, tick
from folkmoot.demo.sample import VOCABULARY
from folkmoot.demo.walk import Walk
from folkmoot.local.home import Home
from folkmoot.local.stack import Stack, Wanted
from folkmoot.options import Ports, ports_of
from folkmoot.terminal import Exit, err, out, plain_errors, print_json, print_text


def command(
    port: Ports = None,
    *,
    smoke: Annotated[
        bool,
        typer.Option(
            "--smoke",
            help="Walk through in a folder of its own, stop everything, and print the "
            "figures as one JSON object on the last line.",
        ),
    ] = False,
) -> None:
    """Start everything, walk through a sample of seven companies, then stay up."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    os.environ.setdefault("FOLKMOOT_VOCABULARY", str(VOCABULARY))
    try:
        with plain_errors(), _place(port, smoke=smoke) as (home, wanted):
            _demonstrate(home, wanted, smoke=smoke)
    except KeyboardInterrupt as error:
        err().print("stopped")
        raise typer.Exit(Exit.INTERRUPTED if smoke else Exit.DONE) from error


@contextmanager
def _place(port: list[str] | None, *, smoke: bool) -> Iterator[tuple[Home, Wanted]]:
    if not smoke:
        yield Home.default(), Wanted(ports_of(port))
        return
    with tempfile.TemporaryDirectory(prefix="folkmoot-smoke-") as folder:
        os.environ["FOLKMOOT_HOME"] = folder
        yield Home(Path(folder)), Wanted.anywhere()


def _demonstrate(home: Home, wanted: Wanted, *, smoke: bool) -> None:
    with home.locked(), Stack(home, wanted) as stack:
        stack.start(tick)
        report = Walk(home, tick).run()
        show(report)
        out().print(
            "its spans, a few seconds on: "
            f"grep -h {report.trace_id} {home.folder / 'traces'}/*\n"
        )
        if smoke:
            print_json(report.figures())
            return
        _invite(wanted)
        watch(stack)


def _invite(wanted: Wanted) -> None:
    lines = (
        "folkmoot search 'kafka AND tag:idempotency' --as ada",
        "folkmoot subscribe 'tag:incident' --as ada",
        "folkmoot inbox --follow --as ada",
        "folkmoot tail folkmoot.item-tags.v1 --from-beginning -n 5",
        "folkmoot doctor",
    )
    ports = ", ".join(f"{n} {p}" for n, p in wanted.used_ports.items())
    console = out()
    console.print("try, in another terminal:", style="bold")
    for line in lines:
        console.print(f"  .venv/bin/{line}", markup=False)
    print_text(Text(f"\nlistening: {ports}"))
    console.print("Folkmoot is up. Ctrl-C stops it.", style="bold")
