"""The command `folkmoot`: every module of `folkmoot.commands` is a command of it.

A module that has `app`, a Typer, becomes a group of commands; any other has a function
`command`, which becomes one. Both are named as the module, so a new command is a new
module and nothing else.
"""

from importlib import import_module
from pkgutil import iter_modules

import typer

from folkmoot import commands

EPILOG = (
    "Exit status: 0 done, 1 failed, 2 wrong usage, 3 already up, 4 not up, "
    "130 interrupted."
)


def make_app() -> typer.Typer:
    """Return the command with all its subcommands."""
    app = typer.Typer(
        name="folkmoot",
        help="Run Folkmoot and talk to it.",
        epilog=EPILOG,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for found in iter_modules(commands.__path__):
        module = import_module(f"{commands.__name__}.{found.name}")
        name = found.name.removesuffix("_")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name, epilog=EPILOG)(module.command)
    return app
