"""The local Kafka and MongoDB are the real things."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError
from folkmoot.local.topics import create_topics, plans
from folkmoot_chassis.mongo import Database
from folkmoot_events import INBOUND, TOPICS

from tests.support.platform import Addresses
from tests.support.stores import MakeTopic

MIB = 1024 * 1024


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


async def send_zeros(
    producer: AIOKafkaProducer, topic: str, sizes: tuple[int, ...]
) -> None:
    """Send one batch of records that compress a thousandfold."""
    batch = producer.create_batch()
    for size in sizes:
        assert batch.append(timestamp=None, key=b"crm", value=bytes(size))
    await (await producer.send_batch(batch, topic, partition=0))


@pytest.mark.parametrize("codec", ["gzip", "zstd"])
@pytest.mark.parametrize("sizes", [(16 * MIB,), (MIB // 2,) * 32])
async def test_a_small_batch_that_unpacks_to_much_is_refused_by_the_inbound_topic(
    platform: Addresses, make_topic: MakeTopic, codec: str, sizes: tuple[int, ...]
) -> None:
    (plan,) = (plan for plan in plans() if plan.name == INBOUND)
    topic = await make_topic("inbound", **plan.configs)
    async with AIOKafkaProducer(
        bootstrap_servers=platform.kafka_bootstrap,
        compression_type=codec,
        max_batch_size=64 * MIB,
        max_request_size=64 * MIB,
    ) as producer:
        with pytest.raises(MessageSizeTooLargeError):
            await send_zeros(producer, topic, sizes)
        await send_zeros(producer, topic, (1000, 1000))


async def test_topics_are_made_once(platform: Addresses, topics: None) -> None:
    del topics
    assert await create_topics(platform.kafka_bootstrap, plans(TOPICS)) == []
