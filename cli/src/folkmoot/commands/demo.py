"""`folkmoot demo`: everything up, a sample of seven companies, a walk through."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from folkmoot.commands.search import show_hits
from folkmoot.commands.up import watch
from folkmoot.demo.sample import VOCABULARY
from folkmoot.demo.walk import QUERY, READER, Report, Walk
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
        stack.start(_tick)
        report = Walk(home, _tick).run()
        _show(report, home.folder / "traces")
        if smoke:
            print_json(report.figures())
            return
        _invite(wanted)
        watch(stack)


def _tick(text: str) -> None:
    err().print(f"[green]✓[/] {text}")


def _show(report: Report, traces: Path) -> None:
    console = out()
    console.print(f"\n[bold]{READER.name} of {READER.company} searches:[/] {QUERY}")
    show_hits(report.found, facets=False)
    console.print(f"\n[bold]and was told of {_counted(report)}, such as:[/]")
    for entry in report.told:
        _show_told(entry)
    console.print(
        f"\ntrace of the last one, from publisher to inbox: {report.trace_id}\n"
        f"its spans, a few seconds on: grep -h {report.trace_id} {traces}/*"
    )
    console.print(f"walked through in {report.seconds} s\n")


def _counted(report: Report) -> str:
    items = "1 new item" if report.notified == 1 else f"{report.notified} new items"
    return f"{items} in this run" if report.known else items


def _show_told(entry: dict[str, Any]) -> None:
    why = ", ".join(reason["expression"] for reason in entry["why"])
    name, where = entry["author"]["name"], entry["source"]
    print_text(Text(f"{name} ({where}): {entry['snippet']}"), indent=2)
    print_text(Text(f"because: {why}", style="dim"), indent=4)


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
