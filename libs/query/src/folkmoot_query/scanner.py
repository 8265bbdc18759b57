"""A cursor over a query, which takes one token at a time."""

from __future__ import annotations

import re
from typing import Final

from folkmoot_query.errors import QueryError

_SPACE: Final = re.compile(r"\s*")
BARE: Final = re.compile(r"[^\s()\"“”]+")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|“([^“”]*)”', re.DOTALL)
_ESCAPED: Final = re.compile(r"\\([\"\\])")
FIELD: Final = re.compile(r"([^\W\d][\w-]*):(?!:|//)")
OPERATORS: Final = frozenset({"AND", "OR", "NOT"})


class Scanner:
    """Read `text` from `at` on; `end` is where the last token taken ended."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.end = 0

    def skip_space(self) -> None:
        """Go to the next token."""
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    @property
    def char(self) -> str:
        """The character at the cursor, empty at the end of the query."""
        return self.text[self.at : self.at + 1]

    @property
    def bare(self) -> str:
        """The run of characters at the cursor that needs no quotes, maybe empty."""
        found = BARE.match(self.text, self.at)
        return found[0] if found else ""

    def take(self, length: int) -> None:
        """Go past a token."""
        self.at += length
        self.end = self.at

    def take_operator(self, word: str) -> bool:
        """Go past `word` if it stands next, by itself."""
        self.skip_space()
        if self.bare != word:
            return False
        self.take(len(word))
        return True

    def take_minus(self) -> bool:
        """Go past a minus sign if something that it negates is attached to it."""
        follower = self.text[self.at + 1 : self.at + 2]
        if self.char != "-" or follower in {"", "-", ")"} or follower.isspace():
            return False
        self.take(1)
        return True

    def take_field(self) -> str:
        """Go past a field's name and colon and return the name, else nothing."""
        found = FIELD.match(self.text, self.at)
        if not found:
            return ""
        self.take(len(found[0]))
        return found[1]

    def take_quoted(self) -> str:
        """Go past a quoted text and return it without quotes and escapes."""
        found = _QUOTED.match(self.text, self.at)
        if not found:
            raise self.wrong("expected a closing quote for this one")
        self.take(len(found[0]))
        return found[2] if found[1] is None else _ESCAPED.sub(r"\1", found[1])

    def wrong(self, message: str, length: int = 1) -> QueryError:
        """Make an error about the `length` characters at the cursor."""
        return QueryError(message, self.text, self.at, length)
