"""Text to tree: what binds how, and where it stood."""

from datetime import UTC, datetime

import pytest
from folkmoot_query import FieldTable, Keyword, QueryError, Text, Time, parse, to_text
from folkmoot_query.syntax import (
    And,
    Equals,
    Everything,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Range,
    Span,
    Word,
)

FIELDS = FieldTable(
    {
        "title": Text(default=True),
        "colour": Keyword(),
        "maker": Keyword(words=True),
        "time": Time(),
    }
)
A, B, C = (Word(None, text, text) for text in "xyz")
JANUARY, FEBRUARY = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("", Everything()),
        ("x", A),
        ("x y z", And((A, B, C))),
        ("x AND y z", And((A, B, C))),
        ("x (y z)", And((A, B, C))),
        ("x OR (y OR z)", Or((A, B, C))),
        ("x OR y z", Or((A, And((B, C))))),
        ("(x OR y) z", And((Or((A, B)), C))),
        ("NOT x y", And((Not(A), B))),
        ("-x", Not(A)),
        ("NOT -x", Not(Not(A))),
        ("-(x y)", Not(And((A, B)))),
        ("Running", Word(None, "Running", "run")),
        ('"Running"', Word(None, "Running", "run")),
        ('"x y"', Phrase(None, "x y", ("x", "y"))),
        ("x-y", Phrase(None, "x-y", ("x", "y"))),
        ("title:x", Word("title", "x", "x")),
        ("title:(x OR y)", Or((Word("title", "x", "x"), Word("title", "y", "y")))),
        ("Libraries*", Prefix(None, "Libraries", "libraries", "librari")),
        ("colour:Dark-Red", Equals("colour", "Dark-Red", "dark-red")),
        ("colour:AND", Equals("colour", "AND", "and")),
        ("colour:-x", Equals("colour", "-x", "-x")),
        ("colour:(a:b)", Equals("colour", "a:b", "a:b")),
        ("colour:R*", Prefix("colour", "R", "r", None)),
        ("maker:R*", Prefix("maker", "R", "r", "r")),
        (
            'maker:"Ada Lovelace"',
            Equals("maker", "Ada Lovelace", "ada lovelace", ("ada", "lovelac")),
        ),
        ("time:2026-01", Range("time", JANUARY, FEBRUARY)),
        ("time:>=2026-01", Range("time", JANUARY, None)),
        ("time:<2026-02", Range("time", None, FEBRUARY)),
    ],
)
def test_a_query_has_its_tree(query: str, tree: Node) -> None:
    assert parse(query, FIELDS) == tree


@pytest.mark.parametrize(
    ("query", "printed"),
    [
        ("", "*"),
        ("x y", "x AND y"),
        ("x OR y -z", "x OR y AND NOT z"),
        ("(x OR y) z", "(x OR y) AND z"),
        ("NOT (x y)", "NOT (x AND y)"),
        ("colour:(a OR b)", "colour:a OR colour:b"),
        ('"AND" "-x" "a:b" "a*"', '"AND" AND "-x" AND "a:b" AND "a*"'),
        (r'"say \"x\" \\ y"', r'"say \"x\" \\ y"'),
        ("--x*", "x*"),
        ("\u6771", "\u6771*"),
        ("time:2026-01-01..2026-03", "time:2026-01..2026-03"),
        ("time:2025-01..2026-12", "time:2025..2026"),
        ("time:2026-02-28..2026-02-28T23", "time:2026-02-28"),
        ("time:>2026", "time:>=2027"),
        ("time:<=2026-01", "time:<2026-02"),
        ("time:2026-01-01T00:00:00.5..", "time:>=2026-01-01T00:00:00.500000"),
        ("time:2026-01-01T12:30-02:30", "time:2026-01-01T15:00"),
    ],
)
def test_a_tree_is_printed_in_one_way(query: str, printed: str) -> None:
    node = parse(query, FIELDS)

    assert to_text(node) == printed
    assert parse(printed, FIELDS) == node


def test_every_node_knows_where_it_stood() -> None:
    query = ' x -title:"y z" (colour:red OR time:2026) '
    node = parse(query, FIELDS)

    assert isinstance(node, And)
    spans = [query[slice(*part.span)] for part in (node, *node.operands)]
    assert spans == [
        'x -title:"y z" (colour:red OR time:2026',
        "x",
        '-title:"y z"',
        "colour:red OR time:2026",
    ]


def test_equal_trees_may_stand_at_different_places() -> None:
    assert parse("x", FIELDS) == parse("  x ", FIELDS)
    assert parse("  x ", FIELDS).span == Span(2, 3)


def test_without_default_fields_a_term_needs_a_field() -> None:
    fields = FieldTable({"title": Text(), "colour": Keyword()})

    with pytest.raises(QueryError, match=r"expected a field \(title, colour\)"):
        parse("title:x red", fields)
    assert parse("*", fields) == Everything()


@pytest.mark.parametrize("name", ["Title", "a b", "a:b", "", "9"])
def test_a_field_that_no_query_could_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        FieldTable({name: Text()})
