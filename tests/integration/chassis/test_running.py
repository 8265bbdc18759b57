"""Replicas come and go, are killed and stopped; a fuse blows; traces run through."""

import asyncio
import contextlib
import gc
import time
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from aiokafka.structs import ConsumerRecord
from folkmoot_chassis import consumer, failpoints, service
from folkmoot_chassis.traces import trace_id
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.integration.chassis.conftest import MakeToy
from tests.integration.chassis.toy import (
    Topics,
    Toy,
    Wire,
    order_headers,
    outbox_is_empty,
    settle_on,
)
from tests.support.conditions import until
from tests.support.processes import running

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@contextlib.asynccontextmanager
async def crashed(toy: Toy) -> AsyncIterator[None]:
    """Let a replica die: it neither leaves its group nor gives its leases back.

    What a dead process would have closed is closed at the end, for the test's sake.
    """
    service = toy.service
    broker, service._broker = service._broker, None  # noqa: SLF001  it has no `die`
    assert broker is not None
    (subscriber,) = broker.subscribers
    for task in [*service._tasks, *subscriber.tasks]:  # type: ignore[attr-defined]  # noqa: SLF001
        task.cancel()
    service.relay.cancel()
    yield
    await broker.stop()
    await service._server.stop(service._serving)  # noqa: SLF001  as above
    await service.relay.close()
    service._client.close()  # noqa: SLF001  as above


async def test_batches_leave_nothing_for_the_collector(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    toy = make_toy()
    things = [f"thing-{number}" for number in range(12)]
    async with running(toy.service):
        gc.collect()
        gc.disable()
        try:
            for number, thing in enumerate(things, 1):
                await wire.order(toy_topics.orders, thing)
                await settle_on(toy.service.database, things[:number])
            gc.set_debug(gc.DEBUG_SAVEALL)
            gc.collect()
            left = [o for o in gc.garbage if isinstance(o, ConsumerRecord)]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
    assert not left


async def test_two_replicas_share_the_work_and_nothing_takes_effect_twice(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    one = make_toy(instance="one")
    two = make_toy(instance="two")
    things = [f"thing-{number}" for number in range(200)]
    async with running(one.service):
        await wire.order(toy_topics.orders, *things[:100])
        async with running(two.service):
            await wire.order(toy_topics.orders, *things[100:])
            await settle_on(one.service.database, things)
            await until(lambda: both_relay(one, two), seconds=20)
        await wire.order(toy_topics.orders, "afterwards")
        await settle_on(one.service.database, [*things, "afterwards"])


async def both_relay(one: Toy, two: Toy) -> bool:
    held = [set(toy.service.outbox.held) for toy in (one, two)]
    return all(held) and not held[0] & held[1] and len(held[0] | held[1]) == 8


async def test_a_dead_replicas_shards_are_taken_over_after_their_lease(
    make_toy: MakeToy,
) -> None:
    one = make_toy(instance="one", outbox_lease=2.0)
    two = make_toy(instance="two", outbox_lease=2.0)
    async with running(two.service):
        await one.service.start()
        await until(lambda: both_relay(one, two), seconds=20)
        lost = one.service.outbox.held

        async def taken_over() -> bool:
            return set(lost) <= set(two.service.outbox.held)

        async with crashed(one):
            assert not await taken_over()
            await until(taken_over, seconds=10)


async def test_a_replica_that_comes_back_under_its_name_takes_over_at_once(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    first = make_toy(kafka_session_timeout=30.0, outbox_lease=30.0)
    await first.service.start()
    await wire.order(toy_topics.orders, "before")
    await settle_on(first.service.database, ["before"])
    async with crashed(first):
        again = make_toy(kafka_session_timeout=30.0, outbox_lease=30.0)
        started = time.monotonic()
        async with running(again.service):
            await wire.order(toy_topics.orders, "after")
            await settle_on(again.service.database, ["after", "before"])
            await until(lambda: outbox_is_empty(again.service.database))
            assert time.monotonic() - started < 10


async def test_a_crash_between_commit_and_acknowledgement_repeats_nothing(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    toy = make_toy()
    failpoints.arm("consumer.before_ack=raise")
    async with running(toy.service):
        await wire.order(toy_topics.returns, "one")
        await settle_on(toy.service.database, ["one"])
    assert await wire.committed(f"folkmoot-{toy.service.name}", toy_topics.returns) == 0
    again = make_toy()
    async with running(again.service):
        await wire.order(toy_topics.returns, "two")
        await settle_on(again.service.database, ["one", "two"])


async def test_what_comes_in_quick_succession_shares_a_batch(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    toy = make_toy(batch_linger=2.0)
    things = [f"thing-{number}" for number in range(20)]
    async with running(toy.service):
        await wire.order(toy_topics.orders, "first")
        await settle_on(toy.service.database, ["first"])
        await wire.order(toy_topics.orders, *things)
        await settle_on(toy.service.database, ["first", *things])
        assert await toy.service.database["inbox"].count_documents({}) == 2


async def test_a_batch_holds_no_more_than_it_may(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    things = [f"thing-{number}" for number in range(10)]
    await wire.order(toy_topics.orders, *things)
    toy = make_toy(batch_max_records=3)
    async with running(toy.service):
        await settle_on(toy.service.database, things)
        batches = await toy.service.database["inbox"].find().to_list(None)
    assert max(len(batch["ids"]) for batch in batches) == 3


async def test_a_commit_is_published_at_once_by_its_own_replica(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    toy = make_toy(outbox_poll=30.0)
    async with running(toy.service):
        await until(lambda: all_shards(toy))
        # The first one finds out where Kafka's topics are.
        await wire.order(toy_topics.orders, "first")
        await wire.read(toy_topics.shipments, 1)
        await wire.order(toy_topics.orders, "second")
        shipped = await wire.read(toy_topics.shipments, 2)
    waited = [r.timestamp - committed(r) for r in shipped]
    assert waited[1] < 100


async def test_what_an_earlier_life_committed_is_published_once_it_is_led(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    toy = make_toy(outbox_poll=30.0)
    async with running(toy.service):
        await until(lambda: all_shards(toy))
        toy.service.outbox.held = ()
        await wire.order(toy_topics.orders, "left")
        await settle_on(toy.service.database, ["left"])
        await until(lambda: is_published(toy), seconds=10)
    assert len(await wire.read(toy_topics.shipments, 1)) == 1


async def is_published(toy: Toy) -> bool:
    return await toy.service.database["outbox"].count_documents({}) == 0


async def all_shards(toy: Toy) -> bool:
    return len(toy.service.outbox.held) == 8


def committed(record: Any) -> int:
    """Return when the transaction that told a record began, in milliseconds."""
    text = dict(record.headers)["ce_time"].decode()
    return int(datetime.fromisoformat(text).timestamp() * 1000)


async def test_a_commit_that_nobody_answers_holds_up_no_batch_for_ever(
    make_toy: MakeToy,
    toy_topics: Topics,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumer, "COMMIT_WAIT", 0.2)
    toy = make_toy()
    async with running(toy.service):
        await wire.order(toy_topics.orders, "before")
        await settle_on(toy.service.database, ["before"])
        reader = toy.service._consumer  # noqa: SLF001  nothing else shows aiokafka
        assert reader is not None
        assert reader.client
        with monkeypatch.context() as deaf:
            deaf.setattr(reader.client, "commit", lambda _: asyncio.Event().wait())
            await wire.order(toy_topics.orders, "first")
            await settle_on(toy.service.database, ["before", "first"])
            await wire.order(toy_topics.orders, "second")
            await settle_on(toy.service.database, ["before", "first", "second"])
            await until(lambda: owes(reader))
        await wire.order(toy_topics.returns, "elsewhere")
        group = f"folkmoot-{toy.service.name}"
        assigned = reader.client.assignment()

        async def committed() -> bool:
            places = (p for p in assigned if p.topic == toy_topics.orders)
            ends = [await wire.committed(group, *place) for place in places]
            return sum(ends) == 3

        await until(committed)


async def owes(reader: consumer.Consumer) -> bool:
    return bool(reader.assignments.owed) and not reader.in_hand


async def test_a_graceful_stop_finishes_the_batch_in_hand(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    toy = make_toy()
    toy.handling.gate = asyncio.Event()
    await toy.service.start()
    await wire.order(toy_topics.returns, "slow")
    async with asyncio.timeout(20):
        await toy.handling.entered.wait()
    stop = asyncio.create_task(toy.service.stop())
    await wire.order(toy_topics.returns, "next")
    await wire.producer.flush()
    assert not stop.done()
    toy.handling.gate.set()
    await stop
    group = f"folkmoot-{toy.service.name}"
    assert await wire.committed(group, toy_topics.returns) == 1
    again = make_toy()
    async with running(again.service):
        await settle_on(again.service.database, ["next", "slow"])
        duplicates = again.service.metrics.inbox_duplicates.labels(toy_topics.returns)
        assert duplicates._value.get() == 0  # noqa: SLF001  no public way to ask it
    shipped = await wire.read(toy_topics.shipments, 2)
    assert len(shipped) == 2


async def test_a_stop_that_takes_too_long_gives_the_batch_back(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    toy = make_toy(stop_timeout=0.2)
    toy.handling.gate = asyncio.Event()
    await toy.service.start()
    await wire.order(toy_topics.returns, "slow")
    async with asyncio.timeout(20):
        await toy.handling.entered.wait()
    await toy.service.stop()
    group = f"folkmoot-{toy.service.name}"
    assert await wire.committed(group, toy_topics.returns) == 0
    again = make_toy()
    async with running(again.service):
        await settle_on(again.service.database, ["slow"])


async def test_a_stop_has_an_end_whatever_will_not_end(
    make_toy: MakeToy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "STOP_SECONDS", 0.5)
    toy = make_toy()
    working, never = asyncio.Event(), asyncio.Event()

    async def stubborn() -> None:
        working.set()
        try:
            await never.wait()
        finally:
            await never.wait()

    toy.service.background("stubborn", stubborn)
    await toy.service.start()
    await working.wait()
    async with asyncio.timeout(10):
        await toy.service.stop()


async def test_a_blown_fuse_pauses_its_topic_and_the_others_go_on(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    toy = make_toy(fuse_in_a_row=3, batch_max_records=20)
    async with running(toy.service) as url, httpx.AsyncClient(base_url=url) as client:
        for _ in range(5):
            await wire.put(toy_topics.returns, b"{", order_headers())

        async def told() -> bool:
            return "fuse" in (await client.get("/health/ready")).json()["wrong"]

        await until(told)
        answer = await client.get("/health/ready")
        assert answer.is_success, "requests need no Kafka"
        wrong = answer.json()["wrong"]
        assert toy_topics.returns in wrong["fuse"]
        assert "3 records in a row" in wrong["fuse"]
        assert (await client.get("/health/live")).is_success
        await wire.order(toy_topics.orders, "one", "two")
        await settle_on(toy.service.database, ["one", "two"])
        assert len(await wire.read(toy_topics.dead_returns, 3)) == 3
    again = make_toy(fuse_in_a_row=3)
    async with running(again.service):
        letters = await wire.read(toy_topics.dead_returns, 5)
        await wire.order(toy_topics.returns, "past it")
        await settle_on(again.service.database, ["one", "past it", "two"])
    assert len(letters) == 5


async def test_a_trace_runs_from_the_incoming_record_to_the_published_one(
    make_toy: MakeToy, toy_topics: Topics, wire: Wire
) -> None:
    exporter = InMemorySpanExporter()
    toy = make_toy(exporter)
    async with running(toy.service):
        headers = order_headers(traceparent=TRACE)
        await wire.put(toy_topics.orders, b'{"thing": "key"}', headers)
        await wire.order(toy_topics.orders, "unsampled")
        shipped = await wire.read(toy_topics.shipments, 2)
    told = {r.key: dict(r.headers)["traceparent"].decode() for r in shipped}
    assert trace_id(told[b"key"]) == trace_id(TRACE)
    spans = {span.name.split()[0]: span for span in exporter.get_finished_spans()}
    process, send = spans["process"], spans["send"]
    assert process.parent is not None
    assert f"{process.parent.span_id:016x}" == TRACE[36:52]
    assert process.context is not None
    assert told[b"key"][36:52] == f"{process.context.span_id:016x}"
    assert send.parent is not None
    assert send.parent.span_id == process.context.span_id
    assert not any("thing" in str(span.to_json()) for span in spans.values())


async def test_health_tells_of_a_broker_that_is_not_there(
    make_toy: MakeToy,
) -> None:
    toy = make_toy(kafka_bootstrap="127.0.0.1:9")
    starting = asyncio.create_task(toy.service.start())
    settings = toy.service.settings
    url = f"http://{settings.http_host}:{settings.http_port}"
    async with httpx.AsyncClient(base_url=url) as client:

        async def answers() -> bool:
            with contextlib.suppress(httpx.TransportError):
                return (await client.get("/health/live")).is_success
            return False

        await until(answers)
        ready = await client.get("/health/ready")
        assert ready.status_code == 503
        assert "kafka" in ready.json()["wrong"]
        assert (await client.get("/metrics")).is_success
    toy.service.stopping.set()
    await starting
    await toy.service.stop()


async def test_a_consumer_that_lost_hold_of_its_group_is_not_alive(
    make_toy: MakeToy,
) -> None:
    toy = make_toy()
    settings = toy.service.settings
    url = f"http://{settings.http_host}:{settings.http_port}"
    async with running(toy.service), httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/health/live")).is_success
        reader = toy.service._consumer  # noqa: SLF001  nothing else shows aiokafka
        assert reader is not None
        assert reader.client
        reader.client._coordinator._coordination_task.cancel()  # noqa: SLF001  as it dies
        await asyncio.sleep(0)
        live = await client.get("/health/live")
        assert live.status_code == 503
        assert "the group has ended" in live.json()["wrong"]["consumer"]
