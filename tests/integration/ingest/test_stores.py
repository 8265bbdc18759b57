import pytest
from folkmoot_chassis import mongo
from folkmoot_chassis.outbox import Outbox
from folkmoot_chassis.sessions import Sessions
from folkmoot_chassis.transactions import Transactor
from folkmoot_ingest.storage.indexes import ensure_indexes
from folkmoot_ingest.storage.items import MongoItems
from folkmoot_ingest.storage.readings import MongoReadings
from folkmoot_ingest.storage.record import MongoRecord

from tests.support.suites.ingest_stores import IngestStoresSuite, Stores


class TestMongoStores(IngestStoresSuite):
    @pytest.fixture
    async def stores(
        self, mongo_client: mongo.Client, database: mongo.Database
    ) -> Stores:
        await ensure_indexes(database)
        transactor = Transactor(
            Sessions(mongo_client, database, "tests"),
            Outbox(database, 1),
            source="/test",
            limit=4_000_000,
            committed=lambda _: None,
        )
        return Stores(
            MongoItems(database),
            MongoRecord(database),
            MongoReadings(database),
            transactor,
        )
