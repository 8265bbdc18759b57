"""Tells how much of what follows a host belongs to the URL: port, path, query."""

import re

from folkmoot_tagging.domain.scripts import SPACED

LONGEST_SHORT_CODE = 40

_TAIL = re.compile(
    rf"(?::[0-9]{{1,5}}+(?![0-9]))?+"
    rf"(?:[/?#](?P<rest>[A-Za-z0-9{SPACED}!'()*+,\-./:;=?@_~$%&#|\[\]\u2013]*+))?+"
)
_TRAILING = ".,;:!?'*~|$%@([\u2013"
_BRACKET = re.compile(r"[()\[\]]")
_OPENER = {")": "(", "]": "["}
_SHORTENED = re.compile(
    r"/(?P<code>[A-Za-z0-9]++)(?P<query>\?[\w!'()*+,\-./:;=?@~$%&#|]+)?"
)


def tail_end(text: str, start: int) -> int:
    """Where the URL ends whose host ends at `start`.

    Punctuation that closes a sentence or a bracket around the URL stays outside.
    """
    found = _TAIL.match(text, start)
    if found is None or found["rest"] is None:
        return found.end() if found else start
    first = found.start("rest") - 1
    tail = text[first : found.end()]
    return first + len(tail[: _unbalanced(tail)].rstrip(_TRAILING))


def shortened_end(text: str, start: int) -> int | None:
    """The same for the shortener t.co, whose codes end before any punctuation.

    None where the code is too long to be one.
    """
    found = _SHORTENED.match(text, start)
    if found is None:
        return tail_end(text, start)
    if len(found["code"]) > LONGEST_SHORT_CODE:
        return None
    return start + len(found[0].rstrip(_TRAILING))


def _unbalanced(tail: str) -> int:
    """Offset of the first closing bracket that was never opened, or the length."""
    open_brackets: list[str] = []
    for found in _BRACKET.finditer(tail):
        bracket = found[0]
        opener = _OPENER.get(bracket)
        if opener is None:
            open_brackets.append(bracket)
        elif not open_brackets or open_brackets.pop() != opener:
            return found.start()
    return len(tail)
