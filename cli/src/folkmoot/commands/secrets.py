"""`folkmoot secrets`: make what containers must not be given in the clear."""

from pathlib import Path
from typing import Annotated

import typer

from folkmoot.commands.up import Companies
from folkmoot.deployment import SecretFolders
from folkmoot.local.mongo import OPTIONS
from folkmoot.local.stack import COMPANIES
from folkmoot.terminal import out, plain_errors


def command(
    folder: Annotated[Path, typer.Argument(help="Where to keep them.")],
    mongo: Annotated[
        str,
        typer.Option(
            "--mongo-host",
            metavar="HOST:PORT",
            help="Where the services reach MongoDB; several separated by commas.",
        ),
    ] = "mongo:27017",
    options: Annotated[
        str,
        typer.Option(
            "--mongo-options",
            metavar="NAME=VALUE&...",
            help="What else their connection strings say, such as "
            "'replicaSet=people&tls=true'.",
        ),
    ] = OPTIONS,
    company: Companies = None,
) -> None:
    """Make passwords, keys and API keys, a folder for each that reads them.

    Folders are named home, mongo, setup, ingest, tagging, search-index and
    notification; a service reads its own where FOLKMOOT_SECRETS_DIR names it. What is
    there already stays as it is.
    """
    with plain_errors():
        SecretFolders(folder).ensure(mongo, company or COMPANIES, options)
    out().print(f"secrets are in {folder}")
