"""Options that several commands have."""

from typing import Annotated

import typer

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
