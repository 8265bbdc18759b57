"""GRAMMAR.md and the parser describe the same language."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from folkmoot_query import FieldTable, Keyword, QueryError, Text, Time, parse, to_text
from hypothesis import assume, example, given, reject, settings
from hypothesis import strategies as st

from tests.support.ebnf import Grammar, Recogniser

ROOT = Path(__file__).parents[3]
PUBLISHED = (ROOT / "libs/query/GRAMMAR.md").read_text()
GRAMMAR = Grammar.read(PUBLISHED.split("```ebnf")[1].split("```")[0])
FIELDS = FieldTable(
    {
        "title": Text(default=True),
        "colour": Keyword(),
        "maker": Keyword(words=True),
        "time": Time(),
    }
)
# What no grammar without a table of fields can tell.
MEANINGLESS = (
    "expected a letter or digit to search for",
    "a prefix is one word",
    "expected a value of",
    "expected a value, not",
    "this range ends before it starts",
)

MADE = {
    "name": st.sampled_from(["title", "colour", "Maker"]),
    "word": st.sampled_from(
        ["red", "Größe", "東京", "東", "--x", "and", "C++", "a.b:c"]
    )
    | st.text("xyz", min_size=1, max_size=3),
    "plain": st.sampled_from(list("ab é東'-*()")),
    "curled": st.sampled_from(list('ab é東"\\')),
    "space": st.sampled_from(["", " ", "\n\t"]),
    "gap": st.sampled_from([" ", "  ", "\u3000"]),
}
DATES = {
    "year": st.sampled_from(["2024", "2026"]),
    "two": st.sampled_from(["01", "12"]),
}


def _matching(pattern: str, text: str, at: int) -> Iterable[int]:
    found = re.compile(pattern).match(text, at)
    return [found.end()] if found else []


def _gap(text: str, at: int) -> Iterable[int]:
    parted = text[at - 1 : at] in '()"“”' or text[at : at + 1] in '()"“”'
    return _matching(r"\s*" if parted else r"\s+", text, at)


def _word(text: str, at: int) -> Iterable[int]:
    ends = _matching(r'[^\s()*"“”]+', text, at)
    # `AND*` does not stand alone: it is whatever begins so.
    operator = any(
        text[at:end] in {"AND", "OR", "NOT"} and text[end : end + 1] != "*"
        for end in ends
    )
    return () if operator and text[at - 1 : at] != ":" else ends


def _recognised(query: str) -> bool:
    return Recogniser(GRAMMAR, SAID, query).recognises("query")


SAID = {
    "name": lambda text, at: _matching(r"(?i:title|colour|maker|time)", text, at),
    "word": _word,
    "plain": lambda text, at: _matching(r'(?!\\")[^"]', text, at),
    "curled": lambda text, at: _matching("[^“”]", text, at),
    "space": lambda text, at: _matching(r"\s*", text, at),
    "gap": _gap,
}
FRAGMENTS = st.sampled_from(
    [
        *'() "“”\\-*:x',
        *("AND", " OR ", " NOT ", "red", "東", "-z", '"a b"', "a AND b", "(x OR y)"),
        *("colour:", "title:", "time:2026", "..", ">=", "2026-01"),
    ]
)


@settings(deadline=None)
@given(GRAMMAR.sentences("query", MADE))
def test_what_the_grammar_makes_the_parser_reads(query: str) -> None:
    try:
        node = parse(query, FIELDS)
    except QueryError as error:
        assume(not error.message.startswith(MEANINGLESS))
        raise

    assert parse(to_text(node), FIELDS) == node


@settings(deadline=None)
@given(GRAMMAR.sentences("range", DATES))
def test_the_ranges_that_the_grammar_makes_the_parser_reads(text: str) -> None:
    try:
        node = parse(f"time:{text}", FIELDS)
    except QueryError as error:
        assume(not error.message.startswith(MEANINGLESS))
        raise

    assert parse(to_text(node), FIELDS) == node


@settings(deadline=None)
@given(st.lists(FRAGMENTS, max_size=12).map("".join))
@example("AND*")
def test_what_the_parser_reads_the_grammar_recognises(query: str) -> None:
    try:
        node = parse(query, FIELDS)
    except QueryError:
        reject()

    assert _recognised(query)
    assert parse(to_text(node), FIELDS) == node


@pytest.mark.parametrize(
    "query", ["(", "a)", "()", '"a', "a AND", "OR a", "a OR AND b", "re*d", "“a"]
)
def test_what_the_parser_refuses_the_grammar_does_not_recognise(query: str) -> None:
    with pytest.raises(QueryError):
        parse(query, FIELDS)

    assert not _recognised(query)


def test_the_published_limits_are_those_of_the_parser() -> None:
    parse("x" * 4096, FIELDS)
    parse("(" * 40 + "x" + ")" * 40, FIELDS)
    assert "4,096 characters" in PUBLISHED
    assert "at most 40 groups" in PUBLISHED

    for query in ("x" * 4097, "(" * 41 + "x" + ")" * 41):
        with pytest.raises(QueryError):
            parse(query, FIELDS)
