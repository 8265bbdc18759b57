"""A wrong query is answered with the place and with what was expected there."""

import pytest
from folkmoot_query import FieldTable, Keyword, QueryError, Text, Time, parse

FIELDS = FieldTable(
    {
        "title": Text(default=True),
        "colour": Keyword(),
        "size": Keyword(),
        "time": Time(),
    }
)


@pytest.mark.parametrize(
    ("query", "pointed", "message"),
    [
        ("(red", "^", "expected a ) for this ("),
        ("red (a (b) c", "    ^", "expected a ) for this ("),
        ("red)", "   ^", "no ( is open"),
        ("()", " ^", "expected a term before )"),
        ("a AND", "     ^", "expected a term, found the end"),
        ("a AND OR b", "      ^^", "expected a term before OR"),
        ("OR b", "^^", 'write "OR"'),
        ("NOT", "   ^", "expected a term, found the end"),
        ("-AND", " ^^^", "expected a term before AND"),
        ('a "b c', "  ^", "expected a closing quote"),
        ("a \u201cb", "  ^", "expected a closing quote"),
        ("a\u201d", " ^", "expected a term before \u201d"),
        ("a color:red", "  ^^^^^", "did you mean colour?"),
        ("xyz:red", "^^^", "expected one of title, colour, size, time;"),
        ("colour:", "^^^^^^^", "expected a value right after colour:"),
        ("colour: red", "^^^^^^^", "expected a value right after colour:"),
        ("colour:(a size:b)", "          ^^^^^", "a field cannot be inside one"),
        ("a !!!", "  ^^^", "expected a letter or digit"),
        ('colour:" "', "        ^", "not only white space"),
        ("wo*rd", "  ^", "only at the end of a word"),
        ("title:*", "      ^", "expected a letter or digit"),
        ("a-b*", "^^^^", "a prefix is one word"),
        ("time:soon", "     ^^^^", "expected a date such as 2026"),
        ("time:2026-13", "     ^^^^^^^", "month must be in 1..12"),
        ("time:2026-02-30", "     ^^^^^^^^^^", "2026-02-30 is no date"),
        ("time:2026..soon", "           ^^^^", "expected a date such as 2026"),
        ("time:>=", "       ^", "expected a date such as 2026"),
        ("time:..", "     ^^", "on one side of .."),
        ("time:2026..2025", "     ^^^^^^^^^^", "ends before it starts"),
        ("time:9999", "     ^^^^", "9999 is no date"),
        ("time:0001-01-01T00+05:00", "     ^^^^^^^^^^^^^^^^^^^", "is no date"),
        ("time:2026-01-01T00+24:00", "     ^^^^^^^^^^^^^^^^^^^", "expected a date"),
    ],
)
def test_an_error_points_at_its_place(query: str, pointed: str, message: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(query, FIELDS)

    assert error.value.excerpt() == f"{query}\n{pointed}"
    assert message in error.value.message
    assert pointed == " " * error.value.position + "^" * error.value.length


def test_wide_letters_take_two_columns_and_marks_none() -> None:
    with pytest.raises(QueryError) as error:
        parse("\u6771\u4eac cafe\u0301 )", FIELDS)

    assert error.value.position == 9
    assert error.value.excerpt().splitlines()[1] == " " * 10 + "^"


def test_a_long_query_is_shown_around_the_place() -> None:
    with pytest.raises(QueryError) as error:
        parse("word " * 100 + ") " + "word " * 100, FIELDS)

    shown, carets = error.value.excerpt().splitlines()
    assert len(shown) == 76
    assert shown[carets.index("^")] == ")"


def test_a_line_break_does_not_break_the_pointer() -> None:
    with pytest.raises(QueryError) as error:
        parse("a\n\tb )", FIELDS)

    assert error.value.excerpt() == "a  b )\n     ^"


@pytest.mark.parametrize("opening", ["(", "NOT ", "-(", "title:(", '("x" OR '])
def test_depth_has_a_limit_before_the_stack_has(opening: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(opening * 10_000, FIELDS, longest=100_000)

    assert "inside" in error.value.message


def test_a_query_too_long_is_refused_at_its_limit() -> None:
    with pytest.raises(QueryError, match="at most 4096 characters") as error:
        parse("x" * 5_000, FIELDS)

    assert (error.value.position, error.value.length) == (4096, 904)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("part", ["x ", "(x) ", "x OR ", '"x y" ', "x", "-colour:x "])
def test_reading_takes_linear_time(part: str) -> None:
    """A quadratic parser would need minutes for this, not a second."""
    parse(part * 40_000 + "x", FIELDS, longest=1_000_000)
