"""How far the consumer groups are behind."""

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError, KafkaError
from folkmoot_events import TOPICS
from folkmoot_events.topics import consumer_group

from folkmoot.local.errors import LocalError
from folkmoot.local.ports import SERVICES

LIMIT, PAUSE = 15, 0.2
"""Seconds for all of it, and between two tries."""
GROUPS = {
    consumer_group(service): {t.name for t in TOPICS if service in t.consumers}
    for service in SERVICES
}
"""What each group reads."""


class LagError(LocalError):
    """Kafka would not tell."""


async def lags(bootstrap: str) -> dict[str, int]:
    """Return the records that each group has yet to commit, over all its topics.

    A partition that a group has never committed counts whole: it reads from the start.
    A topic of which it has committed nothing at all does not count: a service need not
    read all that is meant for it.
    """
    try:
        async with asyncio.timeout(LIMIT):
            return await _lags_in_time(bootstrap)
    except (TimeoutError, KafkaError) as error:
        raise LagError(f"Kafka at {bootstrap}: {type(error).__name__}") from error


async def _lags_in_time(bootstrap: str) -> dict[str, int]:
    """Ask again where a young broker has yet to find who keeps the groups."""
    while True:
        try:
            return await _lags(bootstrap)
        except KafkaConnectionError:
            raise
        except KafkaError as error:
            if not error.retriable:
                raise
        await asyncio.sleep(PAUSE)


async def _lags(bootstrap: str) -> dict[str, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    try:
        await consumer.start()
        await admin.start()
        ends = await consumer.end_offsets(await _partitions(admin))
        return {group: await _behind(admin, group, ends) for group in GROUPS}
    finally:
        await admin.close()
        await consumer.stop()


async def _partitions(admin: AIOKafkaAdminClient) -> list[TopicPartition]:
    described = await admin.describe_topics([topic.name for topic in TOPICS])
    return [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in described
        for partition in topic["partitions"]
    ]


async def _behind(
    admin: AIOKafkaAdminClient, group: str, ends: dict[TopicPartition, int]
) -> int:
    own = {at: end for at, end in ends.items() if at.topic in GROUPS[group]}
    done = await admin.list_consumer_group_offsets(group, partitions=list(own))
    read = {at.topic for at, told in done.items() if told.offset >= 0}
    return sum(
        end - max(0, done[at].offset) for at, end in own.items() if at.topic in read
    )
