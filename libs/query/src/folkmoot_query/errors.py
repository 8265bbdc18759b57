"""What is wrong with a query, and where."""

from __future__ import annotations

import unicodedata
from typing import Final

_WIDTH: Final = 76


class QueryError(ValueError):
    """Say what was expected at `position`, in code points of the query as typed."""

    def __init__(self, message: str, text: str, position: int, length: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.position = position
        self.length = max(1, length)

    def excerpt(self) -> str:
        """Return the query and, on a second line, carets under the wrong part.

        A long query is cut to the surroundings; both lines fit a terminal.
        """
        first = max(0, self.position - _WIDTH // 2)
        shown = self.text[first : first + _WIDTH]
        line = "".join(char if char.isprintable() else " " for char in shown)
        at = self.position - first
        carets = max(1, _columns(line[at : at + self.length]))
        return f"{line}\n{' ' * _columns(line[:at])}{'^' * carets}"


def _columns(text: str) -> int:
    """Count the terminal columns of `text`: wide letters take two, marks none."""
    return sum(
        0
        if unicodedata.combining(char)
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in text
    )
