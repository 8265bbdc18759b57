"""`folkmoot subscribe`: ask to be told."""

from typing import Annotated

import typer

from folkmoot.options import AsPerson, InGroups, Json, OfCompany
from folkmoot.queries import QueryCommand, query_of
from folkmoot.remote import Remote, Who
from folkmoot.terminal import out, plain_errors, print_json

Command = QueryCommand


def command(  # noqa: PLR0913  one parameter is one option
    expression: Annotated[
        list[str] | None,
        typer.Argument(metavar="QUERY", help="A query: tell me of all that it finds."),
    ] = None,
    *,
    conversation: Annotated[
        str | None, typer.Option(help="Tell me of all that joins this conversation.")
    ] = None,
    mentions: Annotated[
        bool, typer.Option("--mentions", help="Tell me when I am mentioned.")
    ] = False,
    webhook: Annotated[
        str | None, typer.Option(help="Id of a webhook to tell as well.")
    ] = None,
    person: AsPerson = "guest",
    company: OfCompany = "north",
    group: InGroups = None,
    json: Json = False,
) -> None:
    """Make a standing subscription: a query, a conversation, or mentions."""
    given = {
        "expression": query_of(expression) if expression else None,
        "conversation": conversation,
        "mention": "me" if mentions else None,
    }
    body = {name: value for name, value in given.items() if value is not None}
    if len(body) != 1:
        raise typer.BadParameter("give a query, --conversation or --mentions: just one")
    if webhook:
        body["endpoint_id"] = webhook
    with plain_errors():
        who = Who(person, company, tuple(group or ()))
        remote = Remote.as_person("notification", who)
        made = remote.call("POST", "/v1/subscriptions", json=body).json()
    if json:
        print_json(made)
    else:
        out().print(f"subscribed: {made['id']}", markup=False)
