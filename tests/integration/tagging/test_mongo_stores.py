"""The stores in MongoDB do what the fakes do."""

import pytest
from folkmoot_chassis.mongo import Client, Database
from folkmoot_chassis.outbox import Outbox
from folkmoot_chassis.sessions import Sessions
from folkmoot_chassis.transactions import Transactor
from folkmoot_tagging.storage.concepts import MongoConcepts
from folkmoot_tagging.storage.indexes import ensure_indexes
from folkmoot_tagging.storage.tagged_items import MongoTaggedItems

from tests.support.suites.tagging_stores import ConceptsSuite, TaggedItemsSuite


@pytest.fixture(autouse=True)
async def _indexed(database: Database) -> None:
    await ensure_indexes(database)


@pytest.fixture
def transactions(mongo_client: Client, database: Database) -> Transactor:
    return Transactor(
        Sessions(mongo_client, database, "tests"),
        Outbox(database, 1),
        source="/folkmoot/tagging",
        limit=2**20,
        committed=lambda _: None,
    )


class TestMongoTaggedItems(TaggedItemsSuite):
    @pytest.fixture
    def items(self, database: Database) -> MongoTaggedItems:
        return MongoTaggedItems(database)


class TestMongoConcepts(ConceptsSuite):
    @pytest.fixture
    def concepts(self, database: Database) -> MongoConcepts:
        return MongoConcepts(database)


async def test_concepts_are_found_by_an_index(database: Database) -> None:
    query = {"retired": False, "folded": {"$regex": "^ka"}}
    plan = await database["concepts"].find(query).explain()
    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])
