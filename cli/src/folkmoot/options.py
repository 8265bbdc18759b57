"""Options that several commands have."""

from typing import Annotated

import typer

from folkmoot.local.ports import PORTS

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs to read.")]

AsPerson = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="PERSON",
        envvar="FOLKMOOT_PERSON",
        help="Whose eyes to look with; FOLKMOOT_TOKEN says it better where it is set.",
    ),
]
OfCompany = Annotated[
    str, typer.Option("--company", envvar="FOLKMOOT_COMPANY", help="Their company.")
]
InGroups = Annotated[
    list[str] | None, typer.Option("--group", help="A group of theirs; repeatable.")
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
