"""Random queries and random documents that have words in common."""

from datetime import UTC, datetime, timedelta

from folkmoot_query import Node, analyze, fold
from folkmoot_query.document import Value
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
from hypothesis import strategies as st

WORDS = (
    "run",
    "running",
    "library",
    "libraries",
    "Rust",
    "C++",
    "naïve",
    "東京都",
    "ß",
)
VALUES = (
    "north",
    "North",
    "south",
    "hashtag:rust",
    "Rust",
    "東京",
    "Ada Run",
    "ada run",
)
TEXTS = ("title", "text")
KEYWORDS = ("company", "tag", "author", "mention")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

words = st.sampled_from(WORDS)
values = st.sampled_from(VALUES)
moments = st.integers(-3, 3).map(
    lambda n: BEGIN + timedelta(hours=n, microseconds=n % 2)
)
texts = st.lists(words, max_size=6).map(" ".join)
document_values: st.SearchStrategy[dict[str, Value]] = st.fixed_dictionaries(
    {"text": texts},
    optional={
        "title": texts,
        "company": values,
        "tag": st.lists(values, max_size=3),
        "author": st.lists(values, max_size=2),
        "mention": st.lists(values, max_size=2),
        "time": moments,
    },
)


def terms(text: str) -> tuple[str, ...]:
    return tuple(token.term for token in analyze(text))


def word(field: str | None, text: str) -> Node:
    found = terms(text)
    return (
        Word(field, text, found[0]) if len(found) == 1 else Phrase(field, text, found)
    )


def prefix(field: str | None, text: str, size: int) -> Node:
    start = fold(text)[:size]
    return Prefix(field, start, start, (terms(start) or (None,))[0])


def equals(field: str, text: str) -> Node:
    return Equals(field, text, fold(text), terms(text) if field == "author" else ())


fields = st.sampled_from((None, *TEXTS))
leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(word, fields, words),
    st.builds(
        lambda field, several: Phrase(field, "", terms(" ".join(several))),
        fields,
        st.lists(words, min_size=2, max_size=3),
    ),
    st.builds(prefix, st.one_of(fields, st.just("author")), words, st.integers(1, 4)),
    st.builds(
        lambda field, text, size: Prefix(field, text, fold(text)[:size], None),
        st.sampled_from(("company", "tag", "mention")),
        values,
        st.integers(1, 9),
    ),
    st.builds(equals, st.sampled_from(KEYWORDS), values),
    st.builds(Range, st.just("time"), st.none() | moments, st.none() | moments),
    st.just(Everything()),
)
trees: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
