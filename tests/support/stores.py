"""Fixtures: the platform, and a corner of it for each test."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from folkmoot.local.topics import Plan, create_topics, delete_topics, plans
from folkmoot_chassis import mongo
from folkmoot_events import TOPICS

from tests.support.platform import Addresses, found_or_started

PARTITIONS = 2
"""Fewer than in earnest: enough for order to be lost across them."""


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """Start Kafka and MongoDB once for the whole run (about two seconds)."""
    with found_or_started(tmp_path_factory.mktemp("platform")) as addresses:
        yield addresses


@pytest.fixture
def unique() -> str:
    """Return a short name that no other test has."""
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture
async def mongo_client(platform: Addresses) -> AsyncIterator[mongo.Client]:
    """Return a client of the driver as services use it, who may do everything."""
    client = mongo.connect(platform.mongo_url, "tests")
    yield client
    client.close()


@pytest.fixture
async def database(
    mongo_client: mongo.Client, unique: str
) -> AsyncIterator[mongo.Database]:
    """Return a database of the test's own, dropped after it."""
    yield mongo.database(mongo_client, unique)
    await mongo_client.drop_database(unique)


MakeTopic = Callable[..., Awaitable[str]]


@pytest.fixture
async def make_topic(platform: Addresses, unique: str) -> AsyncIterator[MakeTopic]:
    """Return a maker of topics that nobody else uses, deleted after the test.

    `await make_topic("orders", partitions=3)` returns the topic's full name.
    """
    made: list[str] = []

    async def make(name: str = "topic", *, partitions: int = 1, **configs: str) -> str:
        plan = Plan(f"{unique}.{name}", partitions, configs)
        made.extend(await create_topics(platform.kafka_bootstrap, [plan]))
        return plan.name

    yield make
    if made:
        await delete_topics(platform.kafka_bootstrap, made)


@pytest.fixture
async def topics(platform: Addresses) -> None:
    """Make every topic of Folkmoot anew, empty, its groups' offsets forgotten.

    Names are fixed by the events, so two tests with this fixture must not run at once.
    """
    wanted = plans(TOPICS, PARTITIONS)
    await delete_topics(platform.kafka_bootstrap, [plan.name for plan in wanted])
    await create_topics(platform.kafka_bootstrap, wanted)
