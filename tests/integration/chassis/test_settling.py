"""Effect, inbox and outbox are one; poison costs only itself; nothing counts twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Literal

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from folkmoot_chassis.dead_letters import original_headers
from folkmoot_chassis.mongo import Client
from typing_extensions import override

from tests.integration.chassis.conftest import MakeToy
from tests.integration.chassis.toy import (
    GOOD,
    Headers,
    Thing,
    Topics,
    Wire,
    altered,
    at_least,
    order_headers,
    outbox_is_empty,
    settle_on,
)
from tests.support.conditions import until
from tests.support.processes import running

DEEP = b'{"thing": "thing", "tree": ' + b"[" * 5000 + b"]" * 5000 + b"}"


async def test_an_effect_its_inbox_entry_and_its_event_come_together(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    things = [f"thing-{number}" for number in range(30)]
    toy = make_toy()
    database = toy.service.database
    async with running(toy.service):
        await wire.order(toy_topics.orders, *things)
        await settle_on(database, things)
        shipped = await wire.read(toy_topics.shipments, len(things))
        entries = await database["inbox"].find().to_list(None)
        assert sum(len(entry["ids"]) for entry in entries) == len(things)
        await until(lambda: outbox_is_empty(database))
    assert sorted(json.loads(r.value)["thing"] for r in shipped) == sorted(things)
    assert {r.key.decode() for r in shipped} == set(things)


async def test_a_failing_handler_leaves_nothing_behind(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    toy = make_toy()
    toy.handling.poison.add("bad")
    async with running(toy.service):
        await wire.order(toy_topics.orders, "good-1", "bad", "good-2")
        await settle_on(toy.service.database, ["good-1", "good-2"])
        (letter,) = await wire.read(toy_topics.dead, 1)
        shipped = await wire.read(toy_topics.shipments, 2)
    assert dict(letter.headers)["x-reason"] == b"no-such-thing"
    assert sorted(json.loads(r.value)["thing"] for r in shipped) == ["good-1", "good-2"]


async def test_a_passing_failure_dead_letters_nothing(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    toy = make_toy(retry_attempts=2)
    toy.handling.flaky.add("late")
    async with running(toy.service) as url:
        await wire.order(toy_topics.orders, "early", "late")
        retries = toy.service.metrics.retries.labels("Transient")
        await until(lambda: at_least(retries, 2))
        async with httpx.AsyncClient(base_url=url) as client:
            assert (await client.get("/health/live")).is_success
        toy.handling.flaky.clear()
        await settle_on(toy.service.database, ["early", "late"])
        await wire.order(toy_topics.orders, "last")
        await settle_on(toy.service.database, ["early", "last", "late"])
    assert await wire.count(toy_topics.dead) == 0


class Outlast(asyncio.Event):
    """Holds handlers up until MongoDB has ended a transaction, `times` times."""

    def __init__(self, client: Client, times: int) -> None:
        super().__init__()
        self._client = client
        self._left = times

    @override
    async def wait(self) -> Literal[True]:
        if self._left:
            self._left -= 1
            before = await self._ended()

            async def one_more() -> bool:
                return await self._ended() > before

            await until(one_more, seconds=30)
        return True

    async def _ended(self) -> int:
        status = await self._client.admin.command("serverStatus")
        return int(status["transactions"]["totalAborted"])


@pytest.fixture
async def _brief_transactions(mongo_client: Client) -> AsyncIterator[None]:
    """Let MongoDB end a transaction after a second, not after a minute."""
    limit = "transactionLifetimeLimitSeconds"
    old = await mongo_client.admin.command({"setParameter": 1, limit: 1})
    yield
    await mongo_client.admin.command({"setParameter": 1, limit: old["was"]})


@pytest.mark.usefixtures("_brief_transactions")
async def test_a_batch_that_outlasts_its_transaction_is_handled_in_smaller_ones(
    make_toy: MakeToy,
    toy_topics: Topics,
    wire: Wire,
    mongo_client: Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    toy = make_toy()
    toy.handling.gate = Outlast(mongo_client, times=1)
    things = [f"thing-{number}" for number in range(30)]
    await wire.order(toy_topics.orders, *things)
    async with running(toy.service):
        await settle_on(toy.service.database, things)
    assert "a batch outgrew its transaction and is halved" in caplog.messages
    assert await wire.count(toy_topics.dead) == 0


@pytest.mark.slow
@pytest.mark.usefixtures("_brief_transactions")
async def test_a_record_that_outlasts_every_transaction_is_set_aside(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire, mongo_client: Client
) -> None:
    toy = make_toy(retry_attempts=2)
    toy.handling.gate = Outlast(mongo_client, times=2)
    async with running(toy.service):
        await wire.order(toy_topics.orders, "endless")
        (letter,) = await wire.read(toy_topics.dead, 1)
        await wire.order(toy_topics.orders, "next")
        await settle_on(toy.service.database, ["next"])
    assert dict(letter.headers)["x-reason"] == b"outgrown-transaction"


POISON: list[tuple[str, bytes | None, Headers, bytes]] = [
    ("header not UTF-8", GOOD, altered("ce_source", b"\xff\xfe"), b"bad-header"),
    ("null header", GOOD, altered("ce_source", None), b"null-header"),
    ("header missing", GOOD, order_headers()[1:], b"no-attribute"),
    ("null value", None, order_headers(), b"null-value"),
    ("truncated JSON", GOOD[:-4], order_headers(), b"bad-payload"),
    ("deep JSON", DEEP, order_headers(), b"bad-payload"),
    ("wrong shape", b'{"thing": 7}', order_headers(), b"bad-payload"),
    (
        "unknown version",
        GOOD,
        order_headers(type="toy.thing.ordered.v9"),
        b"unsupported-version",
    ),
    ("bad time", GOOD, order_headers(time="yesterday"), b"bad-time"),
]


async def test_each_poison_is_set_aside_as_it_came_and_its_neighbours_pass(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    toy = make_toy()
    neighbours = [f"neighbour-{number}" for number in range(len(POISON))]
    for neighbour, (_, value, headers, _) in zip(neighbours, POISON, strict=True):
        await wire.put(toy_topics.orders, value, headers)
        await wire.order(toy_topics.orders, neighbour)
    async with running(toy.service):
        await settle_on(toy.service.database, neighbours)
        letters = await wire.read(toy_topics.dead, len(POISON))
    assert len(letters) == len(POISON)
    by_offset = sorted(letters, key=origin)
    for letter, (name, value, headers, reason) in zip(by_offset, POISON, strict=True):
        told = dict(letter.headers)
        assert told["x-reason"] == reason, name
        assert (letter.key, letter.value) == (b"key", value), name
        kept = original_headers(letter.headers)
        assert sorted(kept, key=repr) == sorted(headers, key=repr), name
        assert told["x-origin-topic"] == toy_topics.orders.encode()
        assert told["x-service"] == toy.service.name.encode()
        assert told["x-attempts"] == b"1"


async def test_an_unknown_type_is_passed_by_in_silence(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    toy = make_toy()
    async with running(toy.service):
        await wire.put(toy_topics.orders, b"\x00", order_headers(type="else.v1"))
        await wire.order(toy_topics.orders, "one")
        await settle_on(toy.service.database, ["one"])
    assert await wire.count(toy_topics.dead) == 0


async def test_a_header_name_that_is_not_utf8_stops_nobody(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    toy = make_toy()
    await wire.order(toy_topics.orders, "before")
    await wire.put_with_bad_name(toy_topics.orders, GOOD)
    await wire.order(toy_topics.orders, "after")
    async with running(toy.service):
        await settle_on(toy.service.database, ["after", "before", "thing"])


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_a_batch_in_any_codec_is_read(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire, codec: str
) -> None:
    toy = make_toy()
    async with AIOKafkaProducer(
        bootstrap_servers=wire.bootstrap, compression_type=codec
    ) as producer:
        await producer.send(toy_topics.orders, GOOD, headers=order_headers())
    async with running(toy.service):
        await settle_on(toy.service.database, ["thing"])


async def test_what_a_publisher_took_back_never_happened(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire, unique: str
) -> None:
    toy = make_toy()
    async with AIOKafkaProducer(
        bootstrap_servers=wire.bootstrap, transactional_id=unique
    ) as producer:
        await producer.begin_transaction()
        await producer.send(toy_topics.returns, GOOD, headers=order_headers())
        await producer.flush()
        await producer.abort_transaction()
        async with producer.transaction():
            value = Thing(thing="kept").model_dump_json().encode()
            await producer.send(toy_topics.returns, value, headers=order_headers())
    async with running(toy.service):
        await settle_on(toy.service.database, ["kept"])


async def test_the_same_event_twice_takes_effect_once(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    toy = make_toy()
    async with running(toy.service):
        await wire.order(toy_topics.orders, "one", "one", "one", id="the-same")
        await wire.order(toy_topics.orders, "two")
        await settle_on(toy.service.database, ["one", "two"])
        await wire.order(toy_topics.orders, "another body", id="the-same")
        await wire.order(toy_topics.orders, "three")
        await settle_on(toy.service.database, ["one", "three", "two"])


async def test_a_replayed_dead_letter_takes_effect_once_however_often(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    toy = make_toy()
    toy.handling.poison.add("mended")
    async with running(toy.service):
        await wire.order(toy_topics.orders, "mended")
        (letter,) = await wire.read(toy_topics.dead, 1)
        toy.handling.poison.clear()
        for _ in range(2):
            headers = original_headers(letter.headers)
            await wire.put(toy_topics.orders, letter.value, headers, key=letter.key)
        await wire.order(toy_topics.orders, "next")
        await settle_on(toy.service.database, ["mended", "next"])
    assert await wire.count(toy_topics.dead) == 1


def origin(letter: Any) -> tuple[int, int]:
    told = dict(letter.headers)
    return int(told["x-origin-partition"]), int(told["x-origin-offset"])
