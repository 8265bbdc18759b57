"""One term of a query, read as its field's kind demands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from folkmoot_query import dates
from folkmoot_query.analysis import analyze, fold, letters, spaceless, terms_to_find
from folkmoot_query.errors import QueryError
from folkmoot_query.fields import Keyword, Text, Time
from folkmoot_query.syntax import Equals, Everything, Phrase, Prefix, Range, Word

if TYPE_CHECKING:
    from folkmoot_query.fields import Kind
    from folkmoot_query.syntax import Leaf, Span


@dataclass(frozen=True, slots=True)
class Term:
    """What stands for one leaf in a query: `text` as meant, beginning at `position`."""

    query: str
    field: str | None
    text: str
    position: int
    span: Span
    quoted: bool

    @property
    def starred(self) -> bool:
        """Whether the text asks for a prefix."""
        return not self.quoted and self.text.endswith("*")

    def wrong(self, message: str, position: int = 0, length: int = 0) -> QueryError:
        """Make an error about a part of the text, or all of it."""
        at = self.position + position
        return QueryError(message, self.query, at, length or len(self.text))


def read(term: Term, kind: Kind) -> Leaf:
    """Make the leaf that `term` stands for in a field of `kind`. Raises QueryError."""
    if isinstance(kind, Time):
        return _time(term)
    text = term.text[:-1] if term.starred else term.text
    if not term.quoted and "*" in text:
        raise term.wrong(
            "* stands only at the end of a word; quote the text to search for it",
            text.index("*"),
            1,
        )
    if not text:
        return _star(term)
    match kind:
        case Text():
            return _words(term, text)
        case Keyword():
            return _value(term, text, kind)
        case _:
            assert_never(kind)


def _star(term: Term) -> Everything:
    if term.field is not None or term.quoted:
        raise term.wrong("expected a letter or digit to search for")
    return Everything(term.span)


def _words(term: Term, text: str) -> Word | Phrase | Prefix:
    tokens = analyze(text)
    terms = terms_to_find(text)
    if not terms:
        raise term.wrong("expected a letter or digit to search for")
    last = text[tokens[-1].start : tokens[-1].end]
    # A script without spaces has no words that a prefix could begin: * changes nothing.
    pairs = spaceless(last)
    if len(terms) > 1:
        if term.starred and not pairs:
            raise term.wrong("a prefix is one word: quote the text, or split it")
        return Phrase(term.field, text, terms, term.span)
    if pairs and len(tokens) == 1:  # one letter: the pairs that begin with it
        return Prefix(term.field, last, tokens[0].term, None, term.span)
    if term.starred and not pairs:
        return Prefix(term.field, last, letters(last), terms[0], term.span)
    return Word(term.field, text, terms[0], term.span)


def _value(term: Term, text: str, kind: Keyword) -> Equals | Prefix:
    field = term.field or ""
    value = fold(text)
    if not value:
        raise term.wrong("expected a value, not only white space")
    terms = terms_to_find(text) if kind.words else ()
    if term.starred or (kind.words and len(analyze(text)) == 1 and spaceless(text)):
        stem = terms[0] if len(terms) == 1 and not spaceless(text) else None
        return Prefix(field, text, value, stem, term.span)
    return Equals(field, text, value, terms, term.span)


def _time(term: Term) -> Range:
    try:
        bounds = dates.read(term.text)
    except dates.BadTimeError as bad:
        raise term.wrong(bad.message, bad.position, bad.length) from None
    return Range(term.field or "", *bounds, term.span)
