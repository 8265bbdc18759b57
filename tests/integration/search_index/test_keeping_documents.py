import pytest
from folkmoot_chassis import mongo
from folkmoot_search_index.storage.documents import MongoDocuments
from folkmoot_search_index.storage.indexes import ensure_indexes

from tests.support.suites.search_documents import DocumentsSuite


class TestMongoDocuments(DocumentsSuite):
    @pytest.fixture
    async def documents(self, database: mongo.Database) -> MongoDocuments:
        await ensure_indexes(database)
        return MongoDocuments(database)
