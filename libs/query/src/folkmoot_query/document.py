"""A document made ready for matching."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cached_property
from typing import TypeAlias

from folkmoot_query.analysis import analyze, fold

Value: TypeAlias = str | Iterable[str] | datetime | None
Atom: TypeAlias = tuple[str | None, str]
"""A term or folded value and its field; None for "one of the default fields".

One that ends in * stands for all that begin so, and is one of their `beginnings`.
"""


def beginnings(text: str) -> tuple[str, ...]:
    """Return the atoms that stand for a term or value by how it begins, longest first.

    They are few, because every document holds them for each of its terms.
    """
    return (f"{text[:3]}*", f"{text[:1]}*") if text[2:] else (f"{text[:1]}*",)


class Document:
    """The terms, values and times of one document. FieldTable.document makes it."""

    def __init__(self, defaults: tuple[str, ...]) -> None:
        self.defaults = defaults
        self.positions: dict[str, dict[str, list[int]]] = {}
        self.values: dict[str, frozenset[str]] = {}
        self.times: dict[str, datetime] = {}

    @cached_property
    def atoms(self) -> frozenset[Atom]:
        """All that may anchor a query to this document, as `anchors` names it."""
        atoms: set[Atom] = set()
        for name in self.positions.keys() | self.values.keys():
            held = self.terms(name).keys() | self.values.get(name, frozenset())
            held |= {start for text in held for start in beginnings(text)}
            atoms.update((name, text) for text in held)
            if name in self.defaults:
                atoms.update((None, text) for text in held)
        return frozenset(atoms)

    def terms(self, name: str) -> dict[str, list[int]]:
        """Return the positions of each term in a field, rising."""
        return self.positions.get(name, {})

    def add_text(self, name: str, value: Value) -> None:
        """Take a field's text or texts; a phrase never spans two of them."""
        positions: dict[str, list[int]] = {}
        first = 0
        for text in _strings(name, value):
            tokens = analyze(text)
            for position, token in enumerate(tokens, first):
                positions.setdefault(token.term, []).append(position)
            first += len(tokens) + 1
        self.positions[name] = positions

    def add_keyword(self, name: str, value: Value, *, words: bool) -> None:
        """Take a field's value or values; with `words`, also what they are made of."""
        strings = list(_strings(name, value))
        self.values[name] = frozenset(map(fold, strings))
        if words:
            self.add_text(name, strings)

    def add_time(self, name: str, value: Value) -> None:
        """Take a field's point in time."""
        if value is None:
            return
        if not isinstance(value, datetime):
            raise TypeError(f"{name}: expected a time, not {value!r}")
        if value.tzinfo is None:
            raise ValueError(f"{name}: {value} does not say its zone")
        self.times[name] = value.astimezone(UTC)


def _strings(name: str, value: Value) -> Iterable[str]:
    if isinstance(value, datetime):
        raise TypeError(f"{name}: expected text, not the time {value}")
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value
