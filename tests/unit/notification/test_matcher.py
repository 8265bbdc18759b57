"""Standing queries find what searches find."""

import pytest
from folkmoot_notification.domain.fields import FIELDS
from folkmoot_notification.domain.matcher import Matcher, UnanchoredError
from folkmoot_query import Node, anchors, matches, parse
from folkmoot_query.document import Value
from hypothesis import given
from hypothesis import strategies as st

from tests.support import query_documents, query_trees
from tests.support.query_cases import CASES, Case


def matcher(**queries: str) -> Matcher:
    made = Matcher()
    for key, query in queries.items():
        made.add(key, parse(query, FIELDS))
    return made


def matched(made: Matcher, **values: str) -> list[str]:
    return sorted(made.match(FIELDS.document(values)))


def test_the_fields_are_those_of_the_shared_table() -> None:
    here = {name: FIELDS[name] for name in FIELDS}
    assert here == {n: query_documents.FIELDS[n] for n in query_documents.FIELDS}


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{case.query}: {case.note}" for case in CASES]
)
def test_a_standing_query_matches_what_the_table_says(case: Case) -> None:
    node = parse(case.query, FIELDS)
    made = Matcher()
    if anchors(node) is None:
        with pytest.raises(UnanchoredError):
            made.add("q", node)
        return
    made.add("q", node)

    assert {
        key
        for key, values in case.documents.items()
        if list(made.match(FIELDS.document(values)))
    } == case.expected


@given(st.lists(query_trees.trees, max_size=8), query_trees.document_values)
def test_anchors_leave_out_nothing_that_matches(
    trees: list[Node], values: dict[str, Value]
) -> None:
    made = Matcher()
    anchored = {str(n): tree for n, tree in enumerate(trees) if anchors(tree)}
    for key, tree in anchored.items():
        made.add(key, tree)
    document = FIELDS.document(values)

    found = list(made.match(document))

    assert sorted(found) == sorted(
        k for k, t in anchored.items() if matches(t, document)
    )


def test_equal_queries_all_match() -> None:
    made = matcher(one="rust AND borrow", two="rust   borrow", three="Rust")

    assert matched(made, text="borrowing in rust") == ["one", "three", "two"]


def test_a_removed_query_matches_no_more() -> None:
    made = matcher(one="rust", two="rust", three="rust OR borrow")
    made.remove("one")
    made.remove("three")
    made.remove("unknown")

    assert matched(made, text="rust borrow") == ["two"]
    made.remove("two")
    assert matched(made, text="rust borrow") == []
    assert len(made) == 0


def test_a_query_replaces_the_one_before_it() -> None:
    made = matcher(one="rust")
    made.add("one", parse("borrow", FIELDS))

    assert matched(made, text="rust") == []
    assert matched(made, text="borrow") == ["one"]


@pytest.mark.parametrize("query", ["NOT rust", "*", "time:2026", "a OR NOT b"])
def test_a_query_that_nothing_anchors_is_refused(query: str) -> None:
    made = matcher(one="rust")

    with pytest.raises(UnanchoredError):
        made.add("one", parse(query, FIELDS))

    assert matched(made, text="rust") == ["one"]
