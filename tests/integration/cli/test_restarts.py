"""A local platform keeps its data through crashes, restarts and changes of port."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from folkmoot.local.platform import Platform
from folkmoot.local.ports import free_ports
from folkmoot.local.topics import Plan, create_topics
from pymongo import MongoClient


async def write(platform: Platform) -> None:
    bootstrap = platform.kafka.bootstrap
    await create_topics(bootstrap, [Plan("orders", 1, {})])
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        await producer.send_and_wait("orders", b"one")


async def read(platform: Platform) -> bytes | None:
    async with AIOKafkaConsumer(
        "orders",
        bootstrap_servers=platform.kafka.bootstrap,
        auto_offset_reset="earliest",
    ) as consumer:
        record = await asyncio.wait_for(consumer.getone(), 20)
    value: bytes | None = record.value
    return value


def documents(platform: Platform) -> list[dict[str, Any]]:
    with MongoClient[dict[str, Any]](platform.mongo.admin_url) as client:
        return list(client.test.orders.find())


@pytest.mark.slow
def test_data_survives_a_crash_and_a_change_of_ports(tmp_path: Path) -> None:
    with Platform.in_folder(tmp_path) as platform:
        asyncio.run(write(platform))
        with MongoClient[dict[str, Any]](platform.mongo.admin_url) as client:
            client.test.orders.insert_one({"_id": 1})
        for process in platform.supervisor:
            process.kill()
        for name in ("mongod", "kafka"):
            platform.supervisor.again(name)
        assert documents(platform) == [{"_id": 1}]

    kafka, controller, mongo = free_ports(3)
    moved = Platform(
        replace(platform.kafka, port=kafka, controller_port=controller),
        replace(platform.mongo, port=mongo),
    )
    with moved:
        assert documents(moved) == [{"_id": 1}]
        assert asyncio.run(read(moved)) == b"one"
