"""The part of a text that best shows why it matched."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from folkmoot_query.analysis import analyze
from folkmoot_query.syntax import And, Equals, Or, Phrase, Prefix, Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from folkmoot_query.analysis import Token
    from folkmoot_query.syntax import Node

_CUT = "…"


class Snippet(NamedTuple):
    """A part of a text and the ranges of it that matched, in code points of it."""

    text: str
    ranges: tuple[tuple[int, int], ...]


class _Hit(NamedTuple):
    start: int
    end: int
    leaf: Node


def highlight(
    text: str, node: Node, field: str | None = None, *, max_chars: int = 240
) -> Snippet:
    """Cut from `text` the window that holds most of what `node` looks for.

    `text` is a value of `field`, or of a default field if None. The snippet has at most
    `max_chars` code points with an ellipsis where it was cut; without a hit it is the
    beginning of the text. What a NOT excludes is no hit.
    """
    sought = tuple(_sought(node, field))
    # With nothing to look for, only the end of the beginning is of interest.
    tokens = analyze(text if sought else text[: 2 * max_chars])
    hits = sorted(
        (hit for leaf in sought for hit in _hits(leaf, tokens)),
        key=lambda hit: hit[:2],
    )
    if len(text) <= max_chars:
        return Snippet(text, _ranges(hits, 0, len(text)))
    room = max(1, max_chars - 2 * len(_CUT))
    start, end = _window(text, tokens, _best(hits, room), room)
    before = _CUT if start else ""
    after = _CUT if end < len(text) else ""
    moved = (
        (one + len(before), two + len(before)) for one, two in _ranges(hits, start, end)
    )
    return Snippet(f"{before}{text[start:end]}{after}", tuple(moved))


def _sought(node: Node, field: str | None) -> Iterator[Node]:
    match node:
        case And() | Or():
            for operand in node.operands:
                yield from _sought(operand, field)
        case Word() | Phrase() | Prefix() | Equals() if node.field in {None, field}:
            yield node
        case _:
            return


def _hits(leaf: Node, tokens: Sequence[Token]) -> Iterator[_Hit]:
    match leaf:
        case Word(term=term):
            found = (token for token in tokens if token.term == term)
        case Prefix(start=start, term=term):
            found = (
                token
                for token in tokens
                if token.term == term or token.term.startswith(start)
            )
        case Phrase(terms=terms) | Equals(terms=terms):
            yield from _in_a_row(leaf, terms, tokens)
            return
        case _:
            return
    for token in found:
        yield _Hit(token.start, token.end, leaf)


def _in_a_row(
    leaf: Node, terms: tuple[str, ...], tokens: Sequence[Token]
) -> Iterator[_Hit]:
    for index, token in enumerate(tokens):
        if terms and token.term == terms[0]:
            row = tokens[index : index + len(terms)]
            if tuple(one.term for one in row) == terms:
                yield _Hit(token.start, row[-1].end, leaf)


def _best(hits: Sequence[_Hit], room: int) -> tuple[int, int]:
    """Return the first stretch of `room` with most leaves, then with most hits."""
    best, stretch = (0, 0), (0, 0)
    inside: Counter[Node] = Counter()
    first = 0
    for last, hit in enumerate(hits):
        inside[hit.leaf] += 1
        while hit.end - hits[first].start > room and first < last:
            inside[hits[first].leaf] -= 1
            first += 1
        score = (len(+inside), last - first + 1)
        if score > best:
            best, stretch = score, (hits[first].start, hit.end)
    return stretch


def _window(
    text: str, tokens: Sequence[Token], stretch: tuple[int, int], room: int
) -> tuple[int, int]:
    """Widen `stretch` to `room`, a third of it before, cut between words."""
    first, last = stretch
    start = max(0, first - max(0, room - (last - first)) // 3)
    end = min(len(text), start + room)
    start = max(0, end - room)
    if start:
        at = bisect_left(tokens, start, key=lambda token: token.start)
        start = min(first, tokens[at].start) if at < len(tokens) else start
    if end < len(text):
        at = bisect_right(tokens, end, key=lambda token: token.end)
        end = max(min(last, end), tokens[at - 1].end) if at else end
    return start, end


def _ranges(hits: Sequence[_Hit], start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Return the hits inside the window from its start, touching ones as one."""
    merged: list[tuple[int, int]] = []
    for hit in hits:
        one, two = max(hit.start, start) - start, min(hit.end, end) - start
        if one >= two:
            continue
        if merged and one <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(two, merged[-1][1]))
        else:
            merged.append((one, two))
    return tuple(merged)
