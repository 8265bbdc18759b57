"""`folkmoot walk`: lead through a Folkmoot that is up."""

from typing import Any

from rich.text import Text

from folkmoot.commands.search import show_hits
from folkmoot.demo.walk import QUERY, READER, Report, Walk
from folkmoot.local.home import Home
from folkmoot.options import Json
from folkmoot.terminal import err, out, plain_errors, print_json, print_text


def command(*, json: Json = False) -> None:
    """Publish a sample of seven companies, search it, and be told of it.

    With the demonstration's vocabulary as FOLKMOOT_VOCABULARY of tagging. What runs
    elsewhere is named by FOLKMOOT_INGEST_URL, FOLKMOOT_TAGGING_URL,
    FOLKMOOT_SEARCH_INDEX_URL and FOLKMOOT_NOTIFICATION_URL, and its keys lie in
    FOLKMOOT_HOME.
    """
    with plain_errors():
        report = Walk(Home.default(), tick).run()
    if json:
        print_json(report.figures())
    else:
        show(report)


def tick(text: str) -> None:
    """Tell that a step is done."""
    err().print(f"[green]✓[/] {text}")


def show(report: Report) -> None:
    """Print what was found and told."""
    console = out()
    console.print(f"\n[bold]{READER.name} of {READER.company} searches:[/] {QUERY}")
    show_hits(report.found, facets=False)
    console.print(f"\n[bold]and was told of {_counted(report)}, such as:[/]")
    for entry in report.told:
        _show_told(entry)
    console.print(
        f"\ntrace of the last one, from publisher to inbox: {report.trace_id}"
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
