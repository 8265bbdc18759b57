import pytest

from tests.support.ingest_fakes import (
    FakeItems,
    FakeReadings,
    FakeRecord,
    FakeTransactions,
)
from tests.support.suites.ingest_stores import IngestStoresSuite, Stores


class TestFakeStores(IngestStoresSuite):
    @pytest.fixture
    def stores(self) -> Stores:
        items, record = FakeItems(), FakeRecord()
        return Stores(items, record, FakeReadings(items, record), FakeTransactions())
