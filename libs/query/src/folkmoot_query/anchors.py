"""Atoms that a matching document must hold: how to index standing queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, assert_never

from folkmoot_query.document import beginnings
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
    from collections.abc import Callable

    from folkmoot_query.document import Atom
    from folkmoot_query.syntax import Node

    Frequency: TypeAlias = Callable[[Atom], float]
    Anchors: TypeAlias = frozenset[Atom] | None


def guess(atom: Atom) -> float:
    """Stand in for an unknown document frequency: longer words are rarer."""
    text = atom[1]
    return (20 if text.endswith("*") else 1) / (1 + len(text) ** 2)


def anchors(  # noqa: PLR0911  one per node
    node: Node, frequency: Frequency = guess
) -> Anchors:
    """Return atoms of which every document that `node` matches holds at least one.

    None if there are none such, as for a pure NOT or a range: such a query must be
    tried on every document. Of several possible sets, the one with the smallest sum
    of `frequency` is chosen. Compare with Document.atoms.
    """
    match node:
        case Word():
            return frozenset({(node.field, node.term)})
        case Phrase():
            return frozenset({_rarest(node.field, node.terms, frequency)})
        case Equals(terms=()):
            return frozenset({(node.field, node.value)})
        case Equals():
            words = _rarest(node.field, node.terms, frequency)
            return frozenset({(node.field, node.value), words})
        case Prefix(field=field, start=start, term=term):
            atom = field, beginnings(start)[0]
            return frozenset({atom} if term is None else {atom, (field, term)})
        case And():
            return _cheapest(node, frequency)
        case Or():
            return _union(node, frequency)
        case Range() | Everything() | Not():
            return None
        case _:
            assert_never(node)


def _rarest(field: str | None, terms: tuple[str, ...], frequency: Frequency) -> Atom:
    return min(((field, term) for term in terms), key=frequency)


def _cheapest(node: And, frequency: Frequency) -> Anchors:
    found = (anchors(operand, frequency) for operand in node.operands)
    return min(
        (atoms for atoms in found if atoms is not None),
        key=lambda atoms: sum(map(frequency, atoms)),
        default=None,
    )


def _union(node: Or, frequency: Frequency) -> Anchors:
    union: set[Atom] = set()
    for operand in node.operands:
        atoms = anchors(operand, frequency)
        if atoms is None:
            return None
        union |= atoms
    return frozenset(union)
