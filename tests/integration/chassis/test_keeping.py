"""What inbox and outbox do with MongoDB's and Kafka's own limits."""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from folkmoot_chassis.inbox import Inbox
from folkmoot_chassis.mongo import Database
from folkmoot_chassis.outbox import PARKED, Outgoing
from folkmoot_chassis.traces import new_traceparent
from folkmoot_chassis.transactions import Transaction

from tests.integration.chassis.conftest import MakeToy
from tests.integration.chassis.toy import Headers, Wire
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


async def test_topics_that_take_nothing_hold_up_no_other(
    make_toy: MakeToy, make_topic: MakeTopic, wire: Wire
) -> None:
    toy = make_toy()
    there = await make_topic("there")
    absent = there.removesuffix("there") + "absent"
    missing = there.removesuffix("there") + "missing"

    def announcing(
        values: Sequence[bytes], *topics: str
    ) -> Callable[[Transaction], Awaitable[None]]:
        async def announce(tx: Transaction) -> None:
            for value in values:
                for topic in topics:
                    record = Outgoing(topic, b"k", value, [], new_traceparent())
                    tx.outgoing.append(record)

        return announce

    async def waits_for() -> list[str]:
        return await toy.service.database["outbox"].distinct("topic")

    async def theirs_alone_wait() -> bool:
        return await waits_for() == [absent, missing]

    async def the_missing_alone_waits() -> bool:
        return await waits_for() == [missing]

    # More than a round holds, so that there is always more of them to be read.
    many = [str(number).encode() for number in range(3000)]
    few = [b"one", b"two", b"three"]
    async with running(toy.service):
        await toy.service.transactor.run(announcing(many, absent, missing))
        await until(theirs_alone_wait)
        started = time.monotonic()
        for value in few:
            await toy.service.transactor.run(announcing([value], there))
            await until(theirs_alone_wait)
        seen = await wire.read(there, len(few))
        assert time.monotonic() - started < 10
        await make_topic("absent")
        late = await wire.read(absent, len(many))
        await until(the_missing_alone_waits)
    assert [record.value for record in seen] == few
    assert [record.value for record in late] == many
    # Told once, however often others fail.
    assert len(await wire.read(there, len(few))) == len(few)


async def test_the_inbox_s_memory_may_be_lengthened(database: Database) -> None:
    for days in (1, 1, 14):
        await Inbox(database, timedelta(days=days)).prepare()
    indexes = await database["inbox"].index_information()
    assert indexes["at_1"]["expireAfterSeconds"] == 14 * 24 * 3600
