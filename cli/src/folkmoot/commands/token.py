"""`folkmoot token`: a bearer token for a person, good on this machine alone."""

import re
from typing import Annotated

import typer

from folkmoot.local.home import Home
from folkmoot.local.keys import Person
from folkmoot.terminal import plain_errors

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds_of(text: str) -> int:
    """Return the seconds of a length of time such as `90s`, `30m`, `8h` or `7d`."""
    match = re.fullmatch(r"([1-9]\d*)([smhd])", text)
    if not match:
        raise typer.BadParameter(f"{text!r} is not like 90s, 30m, 8h or 7d")
    return int(match[1]) * UNITS[match[2]]


def command(
    *,
    person: Annotated[str, typer.Option(help="The person's id.")],
    company: Annotated[str, typer.Option(help="The person's company.")],
    name: Annotated[str | None, typer.Option(help="The name to show.")] = None,
    group: Annotated[
        list[str] | None, typer.Option(help="A group of the company.")
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            help="Such as operator, who sees figures of all and rebuilds the index."
        ),
    ] = None,
    ttl: Annotated[
        str, typer.Option(help="How long it is good: 90s, 30m, 8h, 7d.")
    ] = "8h",
) -> None:
    """Print a signed token that says who somebody is.

    The key pair is made if there is none; services that `folkmoot up` starts trust it.
    """
    seconds = seconds_of(ttl)
    with plain_errors():
        keys = Home.default().keys
        keys.ensure()
        who = Person(person, company, name, tuple(group or ()), tuple(role or ()))
        typer.echo(keys.token(who, seconds=seconds))
