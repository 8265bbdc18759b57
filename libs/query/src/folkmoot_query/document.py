"""A document made ready for matching."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from functools import cached_property
from typing import TypeAlias

from folkmoot_query.analysis import fold, terms

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
    """The terms, values and times of one document. FieldTable.document makes it.

    What a field is made of is worked out when somebody first asks.
    """

    def __init__(self, defaults: tuple[str, ...]) -> None:
        self.defaults = defaults
        self._texts: dict[str, tuple[str, ...]] = {}
        self._keywords: dict[str, tuple[str, ...]] = {}
        self._positions: dict[str, dict[str, list[int]]] = {}
        self._values: dict[str, frozenset[str]] = {}
        self.times: dict[str, datetime] = {}

    @cached_property
    def atoms(self) -> frozenset[Atom]:
        """All that may anchor a query to this document, as `anchors` names it."""
        atoms: set[Atom] = set()
        for name in self._texts.keys() | self._keywords.keys():
            held = self._held(name)
            held |= {start for text in held for start in beginnings(text)}
            atoms.update((name, text) for text in held)
            if name in self.defaults:
                atoms.update((None, text) for text in held)
        return frozenset(atoms)

    def terms(self, name: str) -> dict[str, list[int]]:
        """Return the positions of each term in a field, rising."""
        known = self._positions.get(name)
        if known is None:
            known = self._positions[name] = _positions(self._texts.get(name, ()))
        return known

    def values(self, name: str) -> frozenset[str]:
        """Return the folded values of a field of keywords."""
        known = self._values.get(name)
        if known is None:
            known = frozenset(map(fold, self._keywords.get(name, ())))
            self._values[name] = known
        return known

    def holds(self, atom: Atom) -> bool:
        """Tell whether an atom is among `atoms`, without making them all."""
        field, text = atom
        names = self.defaults if field is None else (field,)
        held = [self._held(name) for name in names]
        return any(text in texts for texts in held) or (
            text.endswith("*")
            and any(text in beginnings(one) for texts in held for one in texts)
        )

    def add_text(self, name: str, value: Value) -> None:
        """Take a field's text or texts; a phrase never spans two of them."""
        self._texts[name] = tuple(_strings(name, value))

    def add_keyword(self, name: str, value: Value) -> None:
        """Take a field's value or values."""
        self._keywords[name] = tuple(_strings(name, value))

    def add_keyword_and_words(self, name: str, value: Value) -> None:
        """Take a field's value or values, and also what they are made of."""
        self._keywords[name] = self._texts[name] = tuple(_strings(name, value))

    def add_time(self, name: str, value: Value) -> None:
        """Take a field's point in time."""
        if value is None:
            return
        if not isinstance(value, datetime):
            raise TypeError(f"{name}: expected a time, not {value!r}")
        if value.tzinfo is None:
            raise ValueError(f"{name}: {value} does not say its zone")
        self.times[name] = value.astimezone(UTC)

    def _held(self, name: str) -> AbstractSet[str]:
        values = self.values(name)
        return self.terms(name).keys() | values if name in self._texts else values


def _positions(texts: Iterable[str]) -> dict[str, list[int]]:
    positions: dict[str, list[int]] = {}
    first = 0
    for text in texts:
        found = terms(text)
        for position, term in enumerate(found, first):
            positions.setdefault(term, []).append(position)
        first += len(found) + 1
    return positions


def _strings(name: str, value: Value) -> Iterable[str]:
    if isinstance(value, datetime):
        raise TypeError(f"{name}: expected text, not the time {value}")
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value
