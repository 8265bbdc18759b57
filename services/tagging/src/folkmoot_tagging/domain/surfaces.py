"""How the labels of concepts look once they are folded, ready for an automaton."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from folkmoot_tagging.domain.concepts import Concept
from folkmoot_tagging.domain.folding import fold, fold_literally
from folkmoot_tagging.domain.scripts import MARKS, UNSPACED

_ENGLISH = """
    a about all an and any are as at be been but by can do does for from get go had has
    have he her him his how i if in into is it its just let me more my new no not now of
    off on one only or our out see she so some such than that the their them then there
    these they this those to too up us use was we were what when where which who why
    will with you your
"""
_GERMAN = """
    als am an auch auf aus bei bin bis da das dass dem den der des die doch du ein eine
    er es für hat ich im in ist ja kann man mit nach nein nicht noch nur ob oder schon
    sein sich sie sind so um und uns vom von vor war was wenn wer wie wir zu zum zur
"""
_FREQUENT = frozenset(_ENGLISH.split()) | frozenset(_GERMAN.split())
"""A label spelt like one of these (WHO, IT, US) must agree with the text in case."""

_WORD = re.compile(rf"[\w{MARKS}]")
_UNSPACED = re.compile(f"[{UNSPACED}]")


class Writing(NamedTuple):
    """One way of writing that stands for concepts, given by their index.

    `literal` must be found exactly: folded, or as it is where `cased`.
    """

    concepts: frozenset[int]
    literal: str | None
    cased: bool

    def agrees(self, written: str) -> bool:
        """Say whether the stretch of the original text is this writing."""
        if self.literal is None:
            return True
        found = written if self.cased else fold_literally(written)
        return found == self.literal


class Surface(NamedTuple):
    """What an automaton's pattern stands for, and how much of it is boundary."""

    before: int
    after: int
    writings: tuple[Writing, ...]


@dataclass(slots=True)
class Surfaces:
    """Patterns in a fixed order, each with its surface."""

    patterns: list[str] = field(default_factory=list)
    surfaces: list[Surface] = field(default_factory=list)


def surfaces_of(concepts: Iterable[Concept]) -> Surfaces:
    """Gather the folded labels; equal ones of several concepts become one pattern."""
    by_pattern: defaultdict[str, defaultdict[tuple[str | None, bool], set[int]]]
    by_pattern = defaultdict(lambda: defaultdict(set))
    for index, concept in enumerate(concepts):
        for label in concept.labels:
            written = label.text.strip()
            folded = fold(written).text
            if _WORD.search(folded):
                by_pattern[folded][_demand(written, folded)].add(index)
    made = Surfaces()
    for folded, demands in by_pattern.items():
        before = "" if _UNSPACED.match(folded[0]) else " "
        after = "" if _UNSPACED.match(folded[-1]) else " "
        writings = tuple(
            Writing(frozenset(indexes), literal, cased)
            for (literal, cased), indexes in demands.items()
        )
        made.patterns.append(before + folded + after)
        made.surfaces.append(Surface(len(before), len(after), writings))
    return made


def _demand(written: str, folded: str) -> tuple[str | None, bool]:
    """What must be found beyond the folded words, and whether its case counts."""
    if folded in _FREQUENT:
        return written, True
    if folded[0] == " " or folded[-1] == " ":
        return fold_literally(written), False
    return None, False
