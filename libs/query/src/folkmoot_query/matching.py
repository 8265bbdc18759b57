"""Deciding whether a query matches a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from folkmoot_query.syntax import (
    And,
    Equals,
    Everything,
    Not,
    Or,
    Phrase,
    Prefix,
    Range,
    Word,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from folkmoot_query.document import Document
    from folkmoot_query.syntax import Node


def matches(node: Node, document: Document) -> bool:  # noqa: PLR0911  one per node
    """Tell whether `document` is among what `node` asks for."""
    match node:
        case Word():
            return any(
                node.term in document.terms(name) for name in _where(node, document)
            )
        case And():
            return all(matches(operand, document) for operand in node.operands)
        case Or():
            return any(matches(operand, document) for operand in node.operands)
        case Not():
            return not matches(node.operand, document)
        case Equals():
            return node.value in document.values(node.field) or (
                bool(node.terms) and _follow(node.terms, document.terms(node.field))
            )
        case Phrase():
            return any(
                _follow(node.terms, document.terms(name))
                for name in _where(node, document)
            )
        case Prefix():
            return any(_begins(node, document, name) for name in _where(node, document))
        case Range():
            return _within(node, document)
        case Everything():
            return True
        case _:
            assert_never(node)


def _where(node: Word | Phrase | Prefix, document: Document) -> Iterable[str]:
    return document.defaults if node.field is None else (node.field,)


def _follow(terms: tuple[str, ...], positions: dict[str, list[int]]) -> bool:
    """Tell whether `terms` stand one after another."""
    starts: set[int] | None = None
    for offset, term in enumerate(terms):
        found = {position - offset for position in positions.get(term, ())}
        starts = found if starts is None else starts & found
        if not starts:
            return False
    return bool(starts)


def _begins(node: Prefix, document: Document, name: str) -> bool:
    terms = document.terms(name)
    return (
        node.term in terms
        or any(term.startswith(node.start) for term in terms)
        or any(value.startswith(node.start) for value in document.values(name))
    )


def _within(node: Range, document: Document) -> bool:
    time = document.times.get(node.field)
    return (
        time is not None
        and (node.start is None or time >= node.start)
        and (node.end is None or time < node.end)
    )
