import pytest
from folkmoot_chassis import mongo
from folkmoot_chassis.outbox import Outbox
from folkmoot_chassis.sessions import Sessions
from folkmoot_chassis.transactions import Transactor
from folkmoot_search_index.storage.documents import MongoDocuments
from folkmoot_search_index.storage.indexes import ensure_indexes

from tests.support.suites.search_documents import DocumentsSuite


class TestMongoDocuments(DocumentsSuite):
    @pytest.fixture
    async def documents(self, database: mongo.Database) -> MongoDocuments:
        await ensure_indexes(database)
        return MongoDocuments(database)

    @pytest.fixture
    def transactions(
        self, mongo_client: mongo.Client, database: mongo.Database
    ) -> Transactor:
        outbox = Outbox(database, 1)
        return Transactor(
            Sessions(mongo_client, database, "tests"),
            outbox,
            source="/test",
            limit=1_000_000,
            committed=lambda _: None,
        )
