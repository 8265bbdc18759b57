"""Options that several commands have."""

import os
from typing import Annotated, TypeVar

import typer

from folkmoot.local.ports import PORTS

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs to read.")]


T = TypeVar("T")


def _unless_a_token_says_it(
    context: typer.Context, parameter: typer.CallbackParam, value: T
) -> T:
    """Refuse to look with other eyes than a token's, and to say nothing of it."""
    source = context.get_parameter_source(str(parameter.name))
    typed = source is not None and source.name == "COMMANDLINE"
    if typed and os.environ.get("FOLKMOOT_TOKEN"):
        raise typer.BadParameter("FOLKMOOT_TOKEN is set and says who you are; unset it")
    return value


AsPerson = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="PERSON",
        envvar="FOLKMOOT_PERSON",
        callback=_unless_a_token_says_it,
        help="Whose eyes to look with; not where FOLKMOOT_TOKEN is set.",
    ),
]
OfCompany = Annotated[
    str,
    typer.Option(
        "--company",
        envvar="FOLKMOOT_COMPANY",
        callback=_unless_a_token_says_it,
        help="Their company.",
    ),
]
InGroups = Annotated[
    list[str] | None,
    typer.Option(
        "--group",
        callback=_unless_a_token_says_it,
        help="A group of theirs; repeatable.",
    ),
]


def _port(what: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--port",
        metavar="NAME=NUMBER",
        envvar="FOLKMOOT_PORTS",
        help=f"{what}: {', '.join(PORTS)}. Several, separated by spaces, in the "
        "environment variable.",
    )
    return option


Ports = Annotated[list[str] | None, _port("Listen elsewhere")]
OtherPorts = Annotated[
    list[str] | None,
    _port("While Folkmoot is not up: look whether it could listen here instead"),
]


def ports_of(told: list[str] | None) -> dict[str, int]:
    """Return every port by name, the told ones changed; raises BadParameter."""
    ports = dict(PORTS)
    for text in told or ():
        name, _, number = text.partition("=")
        if name not in PORTS or not number.isdigit():
            names = ", ".join(PORTS)
            raise typer.BadParameter(f"{text!r} is not NAME=NUMBER; names are {names}")
        ports[name] = int(number)
    return ports
