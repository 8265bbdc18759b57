"""`folkmoot subscriptions`: look at what one is told of, and be told of it no more."""

from typing import Annotated, Any

import typer
from rich.text import Text

from folkmoot.options import AsPerson, InGroups, Json, OfCompany
from folkmoot.remote import Remote, Who
from folkmoot.terminal import err, out, plain_errors, print_json

app = typer.Typer(
    help="Subscriptions: what a person asked to be told of.", no_args_is_help=True
)


@app.command("list")
def list_(
    *,
    person: AsPerson = "guest",
    company: OfCompany = "north",
    group: InGroups = None,
    json: Json = False,
) -> None:
    """List a person's subscriptions, oldest first."""
    with plain_errors():
        remote = _remote(person, company, group)
        found = remote.call("GET", "/v1/subscriptions").json()["items"]
    if json:
        print_json(found)
        return
    for subscription in found:
        _show(subscription)
    err().print(f"{len(found)} subscriptions", style="dim")


@app.command()
def end(
    subscription: Annotated[
        list[str], typer.Argument(help="As `list` prints them: sub_…")
    ],
    *,
    person: AsPerson = "guest",
    company: OfCompany = "north",
    group: InGroups = None,
) -> None:
    """End subscriptions; what they have told stays in the inbox."""
    with plain_errors():
        remote = _remote(person, company, group)
        for name in subscription:
            remote.call("DELETE", f"/v1/subscriptions/{name}")
            out().print(f"ended: {name}", markup=False)


def _remote(person: str, company: str, group: list[str] | None) -> Remote:
    return Remote.as_person("notification", Who(person, company, tuple(group or ())))


def _show(subscription: dict[str, Any]) -> None:
    line = Text(subscription["id"], style="bold")
    line.append(f"  {subscription['kind']}", style="cyan")
    line.append(f"  {subscription['expression']}")
    if subscription["endpoint_id"]:
        line.append(f"  {subscription['endpoint_id']}", style="dim")
    out().print(line)
