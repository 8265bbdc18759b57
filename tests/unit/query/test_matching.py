"""The shared table of queries, through the library's own matcher."""

import pytest
from folkmoot_query import anchors, matches, parse, to_text

from tests.support.query_cases import CASES, Case
from tests.support.query_documents import FIELDS, SCRIPTS, TALK, TIMES

DOCUMENTS = {
    id(documents): {key: FIELDS.document(values) for key, values in documents.items()}
    for documents in (TALK, SCRIPTS, TIMES)
}
each_case = pytest.mark.parametrize(
    "case", CASES, ids=[f"{case.query}: {case.note}" for case in CASES]
)


@each_case
def test_a_query_finds_what_the_table_says(case: Case) -> None:
    node = parse(case.query, FIELDS)
    documents = DOCUMENTS[id(case.documents)]

    assert {
        key for key, doc in documents.items() if matches(node, doc)
    } == case.expected


@each_case
def test_a_printed_query_parses_to_an_equal_tree(case: Case) -> None:
    node = parse(case.query, FIELDS)

    assert parse(to_text(node), FIELDS) == node


@each_case
def test_a_document_that_matches_holds_an_anchor(case: Case) -> None:
    atoms = anchors(parse(case.query, FIELDS))
    documents = DOCUMENTS[id(case.documents)]

    if atoms is not None:
        for key in case.expected:
            assert atoms & documents[key].atoms
