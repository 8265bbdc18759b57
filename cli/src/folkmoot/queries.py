"""Queries on the command line: several words, some of which begin with a minus."""

from collections.abc import Iterable
from typing import Any

from typer.core import TyperCommand
from typing_extensions import override

SHORT = len("-h")
"""What is no longer is an option, or a mistake for one."""


class QueryCommand(TyperCommand):
    """A command that takes `-tool:slack` for a word of a query, not for options."""

    @override
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [_shielded(arg) for arg in args])


def _shielded(arg: str) -> str:
    """Put a space, which no query minds, before what only looks like an option."""
    negates = arg.startswith("-") and not arg.startswith("--") and len(arg) > SHORT
    return f" {arg}" if negates else arg


def query_of(words: Iterable[str]) -> str:
    """Join the words of a query."""
    return " ".join(word.strip() for word in words)
