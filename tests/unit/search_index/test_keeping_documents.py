import pytest

from tests.support.search_index_fakes import FakeDocuments, FakeTransactions
from tests.support.suites.search_documents import DocumentsSuite


class TestFakeDocuments(DocumentsSuite):
    @pytest.fixture
    def documents(self) -> FakeDocuments:
        return FakeDocuments()

    @pytest.fixture
    def transactions(self) -> FakeTransactions:
        return FakeTransactions()
