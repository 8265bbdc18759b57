"""Finds the concepts of a vocabulary in a text.

Leftmost-longest among whole words. All overlapping candidates are asked of the
automaton (Aho-Corasick in a double array) and chosen here, because an automaton that
chooses by itself lets a longer label that ends inside a word hide a shorter good one.
"""

from collections.abc import Sequence
from typing import NamedTuple

from daachorse import CharwiseDoubleArrayAhoCorasick

from folkmoot_tagging.domain.concepts import Concept
from folkmoot_tagging.domain.folding import fold
from folkmoot_tagging.domain.surfaces import Surface, surfaces_of


class Sighting(NamedTuple):
    """A label in a text; offsets in code points of the text as written.

    `concepts` holds more than one where they share the label.
    """

    start: int
    end: int
    concepts: tuple[Concept, ...]


class Vocabulary:
    """A compiled vocabulary: immutable, so that it is replaced as a whole.

    Compiling takes about 5 s a million labels: keep it off the event loop.
    """

    def __init__(self, version: str, concepts: Sequence[Concept]) -> None:
        self.version = version
        self.concepts = tuple(concepts)
        made = surfaces_of(self.concepts)
        self.labels = len(made.patterns)
        self._surfaces = made.surfaces
        self._automaton = (
            CharwiseDoubleArrayAhoCorasick(made.patterns) if made.patterns else None
        )

    def find(self, text: str) -> list[Sighting]:
        """List the labels found, in order and without overlaps."""
        if self._automaton is None:
            return []
        folded = fold(text)
        found: list[Sighting] = []
        free_from = 0
        for start, end, surface in self._candidates(folded.text):
            if start < free_from:
                continue
            first, last = folded.span(start, end)
            written = text[first:last]
            concepts = [w.concepts for w in surface.writings if w.agrees(written)]
            if concepts:
                free_from = end
                found.append(Sighting(first, last, self._named(concepts)))
        return found

    def _candidates(self, folded: str) -> list[tuple[int, int, Surface]]:
        """List every label that stands there as whole words, leftmost-longest first."""
        if self._automaton is None:
            return []
        found = []
        # One space more in front than the folded text has: offsets shift by one.
        for begin, finish, pattern in self._automaton.find_overlapping(f" {folded} "):
            surface = self._surfaces[pattern]
            start, end = begin + surface.before - 1, finish - surface.after - 1
            found.append((start, end, surface))
        if len(found) > 1:
            found.sort(key=_leftmost_longest)
        return found

    def _named(self, indexes: list[frozenset[int]]) -> tuple[Concept, ...]:
        return tuple(self.concepts[i] for i in sorted(frozenset().union(*indexes)))


def _leftmost_longest(candidate: tuple[int, int, Surface]) -> tuple[int, int]:
    return candidate[0], -candidate[1]


EMPTY = Vocabulary("none", ())
"""What is in use until a vocabulary is loaded: it finds nothing."""
