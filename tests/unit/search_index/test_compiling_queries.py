from functools import cache

import pytest
from folkmoot_query import FieldTable, Node, matches
from folkmoot_query.document import Value
from folkmoot_search_index.domain.fields import FIELDS
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import query_cases, query_documents, query_trees
from tests.support.query_cases import Case
from tests.support.search_engine import Engine


@cache
def engine(name: str) -> Engine:
    return Engine(query_documents.FIELDS, getattr(query_documents, name))


def of(case: Case) -> Engine:
    names = ("TALK", "SCRIPTS", "TIMES")
    return next(
        engine(name)
        for name in names
        if getattr(query_documents, name) is case.documents
    )


@pytest.mark.parametrize("case", query_cases.CASES, ids=lambda case: case.query)
def test_the_engine_finds_what_the_table_says(case: Case) -> None:
    assert of(case).find(case.query) == case.expected, case.note


@settings(max_examples=60, deadline=None)
@given(
    documents=st.lists(query_trees.document_values, min_size=1, max_size=8),
    queries=st.lists(query_trees.trees, min_size=1, max_size=12),
)
def test_the_engine_and_the_matcher_never_disagree(
    documents: list[dict[str, Value]], queries: list[Node]
) -> None:
    named = {str(number): values for number, values in enumerate(documents)}
    fields = query_documents.FIELDS
    analysed = {key: fields.document(values) for key, values in named.items()}
    engine = Engine(fields, named)
    for query in queries:
        matched = {key for key, each in analysed.items() if matches(query, each)}
        assert engine.find(query) == matched


def test_the_table_of_fields_is_the_one_of_the_shared_cases() -> None:
    assert kinds(FIELDS) == kinds(query_documents.FIELDS)


def kinds(fields: FieldTable) -> dict[str, object]:
    return {name: fields[name] for name in fields}
