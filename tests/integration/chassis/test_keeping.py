"""What inbox and outbox do with MongoDB's and Kafka's own limits."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from folkmoot_chassis.inbox import Inbox
from folkmoot_chassis.mongo import Database
from folkmoot_chassis.outbox import PARKED, Outgoing
from folkmoot_chassis.traces import new_traceparent
from folkmoot_chassis.transactions import Transaction

from tests.integration.chassis.conftest import MakeToy
from tests.integration.chassis.toy import Headers, Wire, outbox_is_empty
from tests.support.conditions import until
from tests.support.processes import running
from tests.support.stores import MakeTopic


async def test_a_record_that_kafka_refuses_is_kept_and_stops_nobody(
    make_toy: MakeToy, make_topic: MakeTopic, wire: Wire
) -> None:
    toy = make_toy()
    narrow = await make_topic("narrow", **{"max.message.bytes": "100000"})
    headers: Headers = [("empty", b""), ("null", None)]

    async def announce(tx: Transaction) -> None:
        for value in (b"before", b"x" * 200_000, b"small"):
            trace = new_traceparent()
            record = Outgoing(narrow, b"k", value, headers, trace)
            tx.outgoing.append(record)

    async with running(toy.service):
        await toy.service.transactor.run(announce)
        before, record = await wire.read(narrow, 2)
        parked = await toy.service.database["outbox"].find().to_list(None)
        depth, since = await toy.service.outbox.waiting()
    assert (before.value, record.value) == (b"before", b"small")
    assert list(record.headers) == headers
    assert [document["shard"] for document in parked] == [PARKED]
    assert depth == 1
    assert since
    assert timedelta(0) < datetime.now(UTC) - since < timedelta(minutes=1)


async def test_a_topic_that_takes_nothing_holds_up_no_other(
    make_toy: MakeToy, make_topic: MakeTopic, wire: Wire
) -> None:
    toy = make_toy()
    there = await make_topic("there")
    absent = there.removesuffix("there") + "absent"

    def announcing(value: bytes) -> Callable[[Transaction], Awaitable[None]]:
        async def announce(tx: Transaction) -> None:
            trace = new_traceparent()
            for topic in (absent, there):
                tx.outgoing.append(Outgoing(topic, b"k", value, [], trace))

        return announce

    async def only_the_absent_wait() -> bool:
        return await toy.service.database["outbox"].distinct("topic") == [absent]

    async with running(toy.service):
        for value in (b"one", b"two", b"three"):
            await toy.service.transactor.run(announcing(value))
        seen = await wire.read(there, 3)
        assert [record.value for record in seen] == [b"one", b"two", b"three"]
        await until(only_the_absent_wait)
        await make_topic("absent")
        late = await wire.read(absent, 3)
        await until(lambda: outbox_is_empty(toy.service.database))
    assert [record.value for record in late] == [b"one", b"two", b"three"]
    assert len(await wire.read(there, 3)) == 3  # told once, however often one fails


async def test_the_inbox_s_memory_may_be_lengthened(database: Database) -> None:
    for days in (1, 1, 14):
        await Inbox(database, timedelta(days=days)).prepare()
    indexes = await database["inbox"].index_information()
    assert indexes["at_1"]["expireAfterSeconds"] == 14 * 24 * 3600
