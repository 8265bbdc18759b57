"""The fakes behave as the real stores do."""

import pytest

from tests.support.suites.tagging_stores import ConceptsSuite, TaggedItemsSuite
from tests.support.tagging_fakes import FakeConcepts, FakeTaggedItems, FakeTransactions


@pytest.fixture
def transactions() -> FakeTransactions:
    return FakeTransactions()


class TestFakeTaggedItems(TaggedItemsSuite):
    @pytest.fixture
    def items(self) -> FakeTaggedItems:
        return FakeTaggedItems()


class TestFakeConcepts(ConceptsSuite):
    @pytest.fixture
    def concepts(self) -> FakeConcepts:
        return FakeConcepts()
