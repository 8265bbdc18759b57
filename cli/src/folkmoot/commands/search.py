"""`folkmoot search`: ask what the company knows."""

from typing import Annotated, Any

import typer
from rich.text import Text

from folkmoot.options import AsPerson, InGroups, Json, OfCompany
from folkmoot.queries import QueryCommand, query_of
from folkmoot.remote import Remote, Who
from folkmoot.terminal import out, plain_errors, print_json, print_text

Command = QueryCommand


def command(  # noqa: PLR0913  one parameter is one option
    query: Annotated[
        list[str],
        typer.Argument(
            metavar="QUERY",
            help='Such as: kafka AND (tag:tls OR "dead letter").',
        ),
    ],
    *,
    person: AsPerson = "guest",
    company: OfCompany = "north",
    group: InGroups = None,
    size: Annotated[int, typer.Option(min=1, max=200, help="Hits to show.")] = 10,
    newest: Annotated[
        bool, typer.Option("--newest", help="Newest first, not best first.")
    ] = False,
    facets: Annotated[
        bool, typer.Option("--facets", help="Show counts by field too.")
    ] = False,
    json: Json = False,
) -> None:
    """Search everything that a person may see, in the query language."""
    params = {
        "q": query_of(query),
        "size": size,
        "sort": "newest" if newest else "relevance",
        "facets": str(facets or json).lower(),
    }
    with plain_errors():
        who = Who(person, company, tuple(group or ()))
        remote = Remote.as_person("search-index", who)
        found = remote.call("GET", "/v1/search", params=params).json()
    if json:
        print_json(found)
        return
    show_hits(found, facets=facets)


def show_hits(found: dict[str, Any], *, facets: bool) -> None:
    """Print a page of what was found."""
    console = out()
    shown = len(found["hits"])
    console.print(
        f"{found['total']} found, {shown} shown, {found['took'] * 1000:.0f} ms",
        style="dim",
    )
    for hit in found["hits"]:
        console.print()
        line = Text(hit["title"]["text"] if hit["title"] else hit["kind"], style="bold")
        line.append(f"  {hit['author']['name']}", style="cyan")
        line.append(f"  {hit['company']}/{hit['source']}", style="dim")
        line.append(f"  {hit['published'][:10]}", style="dim")
        print_text(line)
        print_text(_snippet(hit["snippet"]), indent=2)
    if facets:
        for name, counts in found["facets"].items():
            values = ", ".join(f"{c['label']} {c['count']}" for c in counts)
            console.print(f"\n{name}: {values}", markup=False)


def _snippet(snippet: dict[str, Any]) -> Text:
    text = Text(snippet["text"].replace("\n", " "))
    for start, end in snippet["highlights"]:
        text.stylize("bold yellow", start, end)
    return text
