"""The local Kafka and MongoDB are the real things."""

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from folkmoot.local.topics import create_topics, plans
from folkmoot_chassis.mongo import Database
from folkmoot_events import TOPICS

from tests.support.platform import Addresses
from tests.support.stores import MakeTopic


async def test_a_record_comes_back_from_kafka(
    platform: Addresses, make_topic: MakeTopic
) -> None:
    topic = await make_topic("orders")
    async with AIOKafkaProducer(bootstrap_servers=platform.kafka_bootstrap) as producer:
        await producer.send_and_wait(topic, b"one")
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=platform.kafka_bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        record = await asyncio.wait_for(consumer.getone(), 10)
    assert record.value == b"one"


async def test_mongodb_commits_a_transaction_over_two_collections(
    database: Database,
) -> None:
    async with (
        await database.client.start_session() as session,
        session.start_transaction(),
    ):
        await database.effects.insert_one({"_id": 1}, session=session)
        await database.outbox.insert_one({"_id": 1}, session=session)
    assert await database.effects.count_documents({}) == 1


async def test_topics_are_made_once(platform: Addresses, topics: None) -> None:
    del topics
    assert await create_topics(platform.kafka_bootstrap, plans(TOPICS)) == []
