"""Where the next page begins, told so that new arrivals do not move it."""

import base64
import binascii
import json
from dataclasses import dataclass

DEEPEST = 10_000
"""How far a search by relevance may be paged; by time there is no limit."""

FAR = 2**62


class BadCursor(ValueError):  # noqa: N818  a value, not a fault of ours
    """The cursor is not one that was handed out."""


@dataclass(frozen=True, slots=True)
class Newest:
    """After so many of the items that stand at one place in the order of time."""

    recency: int
    skip: int


@dataclass(frozen=True, slots=True)
class Relevance:
    """After the first `offset` of the items captured by `as_of` (microseconds)."""

    offset: int
    as_of: int


Cursor = Newest | Relevance
KINDS: dict[str, type[Newest] | type[Relevance]] = {"n": Newest, "r": Relevance}


def encode(cursor: Cursor) -> str:
    """Return the text to hand out."""
    match cursor:
        case Newest(recency, skip):
            parts = ["n", recency, skip]
        case Relevance(offset, as_of):
            parts = ["r", offset, as_of]
    compact = json.dumps(parts, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(compact).decode().rstrip("=")


def decode(text: str) -> Cursor:
    """Return the cursor that `text` stands for; raises BadCursor."""
    try:
        padded = text + "=" * (-len(text) % 4)
        kind, first, second = json.loads(base64.urlsafe_b64decode(padded))
        cursor = KINDS[kind](first, second)
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise BadCursor("not a cursor of ours") from error
    if type(first) is not int or type(second) is not int or not _sane(cursor):
        raise BadCursor("not a cursor of ours")
    return cursor


def _sane(cursor: Cursor) -> bool:
    """Tell whether the engine can count so far."""
    match cursor:
        case Newest(recency, skip):
            return abs(recency) < FAR and 0 <= skip < DEEPEST
        case Relevance(offset, as_of):
            return abs(as_of) < FAR and 0 <= offset < DEEPEST
