"""`folkmoot setup` prepares a Kafka and a MongoDB that somebody else runs."""

import asyncio
import json
from typing import Any

import pytest
from folkmoot.app import make_app
from folkmoot.local.mongo import database_of
from folkmoot.local.ports import SERVICES
from folkmoot.local.topics import (
    TopicsError,
    create_topics,
    plans,
    require_partitions,
)
from pymongo import MongoClient
from pymongo.errors import OperationFailure
from typer.testing import CliRunner

from tests.support.platform import Addresses

UNAUTHORIZED = 13
PASSWORDS = {
    f"FOLKMOOT_MONGO_PASSWORD_{service.upper().replace('-', '_')}": f"pw-{service}"
    for service in SERVICES
}


def set_up(platform: Addresses, *more: str) -> dict[str, list[str]]:
    options = ["--mongo", platform.mongo_url, "--kafka", platform.kafka_bootstrap]
    asked = ["setup", "--json", "--partitions", "1", *options, *more]
    done = CliRunner().invoke(make_app(), asked, env=PASSWORDS)
    assert done.exit_code == 0, done.stderr
    said: dict[str, list[str]] = json.loads(done.stdout)
    return said


def client_of(platform: Addresses, service: str) -> MongoClient[dict[str, Any]]:
    host = platform.mongo_url.partition("@")[2].partition("/")[0]
    return MongoClient(
        f"mongodb://{host}",
        replicaSet="rs0",
        username=service,
        password=f"pw-{service}",
        authSource=database_of(service),
    )


def test_doing_it_again_makes_nothing_new(platform: Addresses) -> None:
    host = platform.mongo_url.partition("@")[2].partition("/")[0]
    set_up(platform, "--replica-set", host)
    assert set_up(platform, "--replica-set", host)["topics"] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_touch_its_own_database_and_no_other(
    platform: Addresses, service: str
) -> None:
    set_up(platform)
    with client_of(platform, service) as client:
        own = client[database_of(service)]
        own.trial.insert_one({})
        own.drop_collection("trial")
        for other in (*(database_of(s) for s in SERVICES if s != service), "admin"):
            with pytest.raises(OperationFailure) as reading:
                client[other].items.find_one()
            with pytest.raises(OperationFailure) as writing:
                client[other].items.insert_one({})
            assert {reading.value.code, writing.value.code} == {UNAUTHORIZED}


def test_fewer_partitions_than_are_wanted_are_told_of(platform: Addresses) -> None:
    set_up(platform)
    wanted = plans(partitions=99)
    with pytest.raises(TopicsError, match=rf"{wanted[0].name} has \d of 99"):
        asyncio.run(require_partitions(platform.kafka_bootstrap, wanted))


async def test_a_kafka_that_does_not_answer_is_named() -> None:
    with pytest.raises(TopicsError, match=r"Kafka at 127\.0\.0\.1:1 did not"):
        await create_topics("127.0.0.1:1", plans(), limit=0.5)
