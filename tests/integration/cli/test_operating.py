"""What an operator is shown of a real Kafka: dead letters by their ids, and lag."""

import asyncio
import json
import os
import sys

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError
from folkmoot.app import make_app
from folkmoot.local.errors import LocalError
from folkmoot.local.lag import lags
from folkmoot.terminal import Exit
from folkmoot_chassis.dead_letters import REASON, SERVICE
from folkmoot_events import ItemRetracted, ItemTagged
from folkmoot_events.topics import consumer_group, dead_letter_topic
from typer.testing import CliRunner, Result

from tests.support.conditions import until
from tests.support.platform import Addresses
from tests.support.stores import MakeTopic

RETRACTIONS, TAGS = ItemRetracted.topic, ItemTagged.topic
DEAD = dead_letter_topic(TAGS, "search-index")
"""One of the longest names that a dead letter has."""


async def write(platform: Addresses, *records: tuple[str, int]) -> None:
    """Write records to partitions of topics."""
    headers = [(SERVICE, b"search-index"), (REASON, b"undecodable")]
    async with AIOKafkaProducer(bootstrap_servers=platform.kafka_bootstrap) as producer:
        for topic, partition in records:
            await producer.send_and_wait(
                topic, b"{", partition=partition, headers=headers
            )


async def ask(platform: Addresses, *arguments: str) -> Result:
    """Run a command on a narrow terminal."""
    environment = {"FOLKMOOT_KAFKA_BOOTSTRAP": platform.kafka_bootstrap}
    environment |= {"COLUMNS": "30"}
    return await asyncio.to_thread(
        CliRunner().invoke, make_app(), ["dlq", *arguments], env=environment
    )


async def test_a_dead_letter_is_listed_by_its_whole_id_which_every_command_takes(
    platform: Addresses, topics: None
) -> None:
    del topics
    await write(platform, (DEAD, 0), (DEAD, 1))
    listed = await ask(platform, "list")
    ids = [line.split()[0] for line in listed.stdout.splitlines() if line[:1] != " "]
    assert ids == [f"{DEAD}/0/0", f"{DEAD}/1/0"]
    assert listed.stderr.strip() == "2 dead letters"
    told = await ask(platform, "list", "--json")
    assert [json.loads(line)["id"] for line in told.stdout.splitlines()] == ids
    shown = await ask(platform, "show", ids[1])
    assert json.loads(shown.stdout)["id"] == ids[1]
    given_up = await ask(platform, "discard", ids[0], "--because", "a test")
    assert given_up.stdout.strip() == "1 discarded"
    mine = ("--all", "--service", "notification")
    for command in (("replay", *mine), ("discard", *mine, "--because", "a test")):
        none = await ask(platform, *command)
        assert none.exit_code == 0
        assert none.stderr.strip() == "no such dead letter is open"
    left = await ask(platform, "list", "--json")
    assert [json.loads(line)["id"] for line in left.stdout.splitlines()] == ids[1:]


async def test_a_part_of_an_id_names_no_dead_letter(
    platform: Addresses, topics: None
) -> None:
    del topics
    await write(platform, (DEAD, 0))
    shown = await ask(platform, "show", DEAD)
    assert shown.exit_code == 1
    assert f"no such dead letter: {DEAD}" in shown.stderr


async def test_a_tail_of_some_records_ends_without_a_word(
    platform: Addresses, make_topic: MakeTopic
) -> None:
    topic = await make_topic("orders", partitions=3)
    await write(platform, *[(topic, number % 3) for number in range(9)])
    tail = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "folkmoot", "tail", topic, "--from-beginning"),
        *("-n", "2", "--json"),
        env={**os.environ, "FOLKMOOT_KAFKA_BOOTSTRAP": platform.kafka_bootstrap},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    shown, said = await tail.communicate()
    assert (tail.returncode, said) == (Exit.DONE, b"")
    assert len(shown.splitlines()) == 2


async def test_a_tail_that_nobody_reads_on_ends_without_a_word(
    platform: Addresses, make_topic: MakeTopic
) -> None:
    topic = await make_topic("orders")
    await write(platform, (topic, 0))
    reading, writing = os.pipe()
    tail = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "folkmoot", "tail", topic, "--from-beginning"),
        env={**os.environ, "FOLKMOOT_KAFKA_BOOTSTRAP": platform.kafka_bootstrap},
        stdout=writing,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(writing)
    assert await asyncio.to_thread(os.read, reading, 1)
    os.close(reading)
    await write(platform, (topic, 0))
    _, said = await tail.communicate()
    assert (tail.returncode, said) == (Exit.UNREAD, b"")


async def commit(platform: Addresses, group: str, topic: str, offset: int) -> None:
    """Commit an offset of a topic's first partition, as a service does.

    Kafka refuses while a service of an earlier test is still taken for a member.
    """
    place = TopicPartition(topic, 0)
    async with AIOKafkaConsumer(
        bootstrap_servers=platform.kafka_bootstrap,
        group_id=group,
        enable_auto_commit=False,
    ) as consumer:
        consumer.assign([place])

        async def committed() -> bool:
            try:
                await consumer.commit({place: offset})
            except CommitFailedError:
                return False
            return True

        await until(committed, seconds=30, every=0.5)


async def test_lag_is_what_a_group_has_yet_to_commit_of_the_topics_that_it_reads(
    platform: Addresses, topics: None
) -> None:
    del topics
    group, other = consumer_group("search-index"), consumer_group("notification")
    await write(
        platform, *[(RETRACTIONS, 0)] * 3, *[(RETRACTIONS, 1)] * 2, *[(TAGS, 0)] * 4
    )
    assert set((await lags(platform.kafka_bootstrap)).values()) == {0}
    await commit(platform, group, RETRACTIONS, 1)
    found = await lags(platform.kafka_bootstrap)
    assert found[group] == 4, "two of the first partition, all two of the second"
    assert found[other] == 0, "one group's offsets are not another's"
    await commit(platform, group, TAGS, 4)
    assert (await lags(platform.kafka_bootstrap))[group] == 4
    await commit(platform, group, RETRACTIONS, 3)
    assert (await lags(platform.kafka_bootstrap))[group] == 2


async def test_a_kafka_that_is_away_is_named() -> None:
    with pytest.raises(LocalError, match=r"Kafka at 127\.0\.0\.1:1: "):
        await lags("127.0.0.1:1")
