"""The command `folkmoot`: every module of `folkmoot.commands` is a command of it.

A module that has `app`, a Typer, becomes a group of commands; any other has a function
`command`, which becomes one, of the class `Command` where the module has that. Each has
the module's name, less a final `_`: a new command is a new module and nothing else.
"""

import sys
from importlib import import_module, metadata
from pkgutil import iter_modules
from typing import Annotated

import typer

from folkmoot import commands

EPILOG = (
    "Exit status: 0 done, 1 failed, 2 wrong usage, 3 already up, 4 not up, "
    "130 interrupted, 141 nobody reads on."
)


def make_app(asked: str | None = None) -> typer.Typer:
    """Return the command with the subcommand that is asked for, else with them all.

    Importing them all takes a second, which nobody should wait for `folkmoot token`.
    """
    app = typer.Typer(
        name="folkmoot",
        help="Run Folkmoot and talk to it.",
        epilog=EPILOG,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_common)
    found = [module.name for module in iter_modules(commands.__path__)]
    modules = {name.removesuffix("_"): name for name in found}
    for name in [asked] if asked in modules else modules:
        module = import_module(f"{commands.__name__}.{modules[name]}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name, epilog=EPILOG)
        else:
            kind = getattr(module, "Command", None)
            app.command(name, cls=kind, epilog=EPILOG)(module.command)
    return app


def _print_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"folkmoot {metadata.version('folkmoot')}\n")
        raise typer.Exit


def _common(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version and leave.",
        ),
    ] = False,
) -> None:
    """With a callback of its own, a Typer of one command still wants its name."""
