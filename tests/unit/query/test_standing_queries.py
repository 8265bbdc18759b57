"""Anchors find the standing queries that may match, and documents hold them."""

from datetime import UTC, datetime

import pytest
from folkmoot_query import FieldTable, Keyword, Text, Time, anchors, matches, parse
from folkmoot_query.document import Atom, Value
from hypothesis import given, settings
from hypothesis import strategies as st

FIELDS = FieldTable(
    {
        "title": Text(default=True),
        "body": Text(default=True),
        "note": Text(),
        "colour": Keyword(),
        "maker": Keyword(words=True),
        "time": Time(),
    }
)
WORDS = st.sampled_from(["red", "blue", "running", "run", "東京", "東", "大東"])
TEXTS = st.lists(WORDS, max_size=4).map(" ".join)
DOCUMENTS = st.fixed_dictionaries(
    {"title": TEXTS, "body": TEXTS, "note": TEXTS},
    optional={
        "colour": st.lists(WORDS, max_size=2),
        "maker": st.lists(TEXTS, max_size=2),
        "time": st.datetimes(timezones=st.just(UTC)),
    },
)
TERMS = st.one_of(
    WORDS,
    WORDS.map("{}*".format),
    st.lists(WORDS, min_size=1, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.sampled_from(["*", "time:2026", "time:<2000"]),
    st.tuples(st.sampled_from(["note", "colour", "maker"]), WORDS).map(":".join),
    st.lists(WORDS, min_size=1, max_size=2).map(lambda w: f'maker:"{" ".join(w)}"'),
)
QUERIES = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda q: f"({' '.join(q)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda q: f"({' OR '.join(q)})"),
        inner.map("NOT {}".format),
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(QUERIES, DOCUMENTS, st.dictionaries(WORDS, st.integers(0, 9)))
def test_a_document_that_matches_holds_an_anchor(
    query: str, values: dict[str, Value], counts: dict[str, int]
) -> None:
    node, document = parse(query, FIELDS), FIELDS.document(values)
    anchored = anchors(node, lambda atom: counts.get(atom[1], 0))

    if anchored is not None and matches(node, document):
        assert anchored & document.atoms


@settings(deadline=None)
@given(QUERIES, QUERIES, DOCUMENTS)
def test_operators_mean_what_logic_says(
    one: str, two: str, values: dict[str, Value]
) -> None:
    document = FIELDS.document(values)

    def found(query: str) -> bool:
        return matches(parse(query, FIELDS), document)

    assert found(f"({one}) ({two})") == (found(one) and found(two))
    assert found(f"({one}) OR ({two})") == (found(one) or found(two))
    assert found(f"-({one})") != found(one)
    assert found(f"NOT ({one} OR {two})") == found(f"NOT ({one}) AND NOT ({two})")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("shoes", {(None, "shoe")}),
        ("note:shoes", {("note", "shoe")}),
        ("a longer", {(None, "longer")}),
        ('"a longer b"', {(None, "longer")}),
        ("a OR longer", {(None, "a"), (None, "longer")}),
        ("colour:red", {("colour", "red")}),
        ('maker:"Ada Lovelace"', {("maker", "ada lovelace"), ("maker", "lovelac")}),
        ("shoes -a", {(None, "shoe")}),
        ("shoes time:2026 re*", {(None, "shoe")}),
        ("re*", {(None, "r*"), (None, "re")}),
        ("reading*", {(None, "rea*"), (None, "read")}),
        ("colour:da*", {("colour", "d*")}),
        ("\u6771", {(None, "\u6771*")}),
        ("(a OR b) longest", {(None, "longest")}),
    ],
)
def test_a_query_is_anchored_by_what_seems_rarest(
    query: str, expected: set[Atom]
) -> None:
    assert set(anchors(parse(query, FIELDS)) or ()) == expected


def test_a_document_holds_the_beginnings_of_its_terms() -> None:
    document = FIELDS.document({"note": "Red ox", "colour": "Dark"})

    assert document.atoms == {
        *(("note", text) for text in ("red", "red*", "r*", "ox", "o*")),
        *(("colour", text) for text in ("dark", "dar*", "d*")),
    }


def test_known_frequencies_choose_the_anchor() -> None:
    counts = {"kubernet": 900, "ox": 2, "elk": 3, "a*": 6, "a": 4}
    node = parse("kubernetes (ox OR elk) a*", FIELDS)

    chosen = anchors(node, lambda atom: counts[atom[1]])

    assert set(chosen or ()) == {(None, "ox"), (None, "elk")}


@pytest.mark.parametrize(
    "query", ["", "-a", "NOT NOT a", "time:2026", "a OR -b", "a OR time:2026"]
)
def test_some_queries_cannot_be_anchored(query: str) -> None:
    assert anchors(parse(query, FIELDS)) is None


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"size": "9"}, ValueError, "no field 'size' among title, body"),
        ({"time": datetime(2026, 1, 1)}, ValueError, "does not say its zone"),  # noqa: DTZ001  that is the point
        ({"time": "2026"}, TypeError, "expected a time"),
        ({"title": datetime(2026, 1, 1, tzinfo=UTC)}, TypeError, "expected text"),
    ],
)
def test_a_document_that_the_fields_do_not_fit_is_refused(
    values: dict[str, Value], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        FIELDS.document(values)
