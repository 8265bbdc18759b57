"""The syntax tree: what a query says, with every word already analysed.

Spans take no part in equality: two trees are equal when they mean the same text.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime


class Span(NamedTuple):
    """A stretch of the query as typed, in code points; `end` is exclusive."""

    start: int
    end: int


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Everything:
    """Match every document: an empty query, or `*`."""

    span: Span = dataclasses.field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Word:
    """Match documents whose text field holds `term`.

    `field` is None for "any default text field", here and in the other leaves.
    """

    field: str | None
    text: str
    term: str
    span: Span = dataclasses.field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Match documents where `terms` (two or more) follow each other in one field."""

    field: str | None
    text: str
    terms: tuple[str, ...]
    span: Span = dataclasses.field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Prefix:
    """Match documents with a term, or a keyword value, that begins with `start`.

    `term` is the stem of the text, which matches as a whole word besides: `library*`
    finds "library", whose stem is "librari". It is None for plain keywords.
    """

    field: str | None
    text: str
    start: str
    term: str | None
    span: Span = dataclasses.field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Equals:
    """Match documents whose keyword field holds `value` (folded) as one of its values.

    When `terms` is not empty, one of the values holding those words in that order
    is enough.
    """

    field: str
    text: str
    value: str
    terms: tuple[str, ...] = ()
    span: Span = dataclasses.field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Range:
    """Match documents whose time field is in `[start, end)`, both aware UTC or None."""

    field: str
    start: datetime | None
    end: datetime | None
    span: Span = dataclasses.field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """Match documents that `operand` does not match."""

    operand: Node
    span: Span = dataclasses.field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """Match documents that all of the operands (two or more, none an And) match."""

    operands: tuple[Node, ...]
    span: Span = dataclasses.field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """Match documents that one of the operands (two or more, none an Or) matches."""

    operands: tuple[Node, ...]
    span: Span = dataclasses.field(default=NOWHERE, compare=False)


Leaf: TypeAlias = Everything | Word | Phrase | Prefix | Equals | Range
Node: TypeAlias = Leaf | Not | And | Or
