"""Concepts of a controlled vocabulary, in the terms of SKOS."""

from dataclasses import dataclass
from typing import NamedTuple


class Label(NamedTuple):
    """A lexical label; `language` is a BCP 47 tag."""

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Concept:
    """One concept; the id and all that it points to are URIs."""

    id: str
    preferred: tuple[Label, ...]
    alternative: tuple[Label, ...] = ()
    scheme: str | None = None
    broader: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    exact_match: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[Label, ...]:
        """Every label that stands for the concept in a text."""
        return self.preferred + self.alternative

    def shown_as(self, language: str | None) -> str:
        """The preferred label in that language, else in English, else the first."""
        wanted = (language or "").partition("-")[0]
        labels = {(one.language or "").partition("-")[0]: one for one in self.preferred}
        chosen = labels.get(wanted) or labels.get("en")
        return (chosen or self.preferred[0]).text if self.preferred else self.id


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """All that one vocabulary file says.

    `version` is derived from the file's content; `replaced` maps deprecated concepts
    to the concept to use instead, or to None.
    """

    version: str
    concepts: tuple[Concept, ...]
    replaced: dict[str, str | None]
