"""A batch is the unit of work, and a poison record in it costs only itself."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from folkmoot_chassis.decoding import Decoded, Handler, Route, Undecodable, decode
from folkmoot_chassis.failures import Permanent, Transient
from folkmoot_chassis.fuse import Fuse
from folkmoot_chassis.health import Progress
from folkmoot_chassis.inbox import Inbox
from folkmoot_chassis.messages import Message
from folkmoot_chassis.metrics import Metrics
from folkmoot_chassis.retry import Backoff
from folkmoot_chassis.settings import ServiceSettings
from folkmoot_chassis.telemetry import Telemetry
from folkmoot_chassis.traces import valid
from folkmoot_chassis.transactions import Transaction, Transactor
from folkmoot_chassis.unit_of_work import Blown, Exhausted, UnitOfWork
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry
from pymongo.errors import AutoReconnect, OperationFailure

from tests.unit.chassis.fakes import (
    NOW,
    TRACE,
    FakeInbox,
    FakeMongo,
    Ordered,
    Record,
    headers,
)


class Returned(Ordered):
    type = "toy.thing.returned.v1"


@dataclass
class Shop:
    """Handles orders; some things it cannot."""

    mongo: FakeMongo = field(default_factory=FakeMongo)
    poison: set[str] = field(default_factory=set)
    flaky: int = 0
    capacity: int = 1000
    errors: list[Exception] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)
    exporter: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)

    def unit(self, **fuse: float) -> UnitOfWork:
        shape: dict[str, Any] = {"window": 1000, "ratio": 0.05, "in_a_row": 50} | fuse
        settings = ServiceSettings(instance="test", trace_ratio=0)
        return UnitOfWork(
            service="toy",
            transactor=cast("Transactor", self.mongo),
            inbox=cast("Inbox", FakeInbox(self.mongo)),
            telemetry=Telemetry("toy", settings, self.exporter),
            metrics=Metrics(CollectorRegistry()),
            backoff=Backoff(3, base=0.0, cap=0.0),
            fuses={Ordered.topic: Fuse(**shape)},
            stopping=asyncio.Event(),
            progress=Progress(60),
        )

    async def on_ordered(self, batch: Sequence[Message[Any]], tx: Transaction) -> None:
        self.calls.append("ordered")
        self.traces.extend(message.traceparent for message in batch)
        things = [message.data.thing for message in batch]
        self.mongo.staged.extend(things)
        if self.errors:
            raise self.errors.pop(0)
        if len(batch) > self.capacity:
            raise gone()
        if self.flaky:
            self.flaky -= 1
            raise Transient("not now")
        if self.poison.intersection(things):
            raise Permanent("cannot be had", reason="no-such-thing")
        for thing in things:
            tx.publish(Returned(thing=thing))

    async def on_returned(self, batch: Sequence[Message[Any]], tx: Transaction) -> None:
        del tx
        self.calls.append("returned")
        self.mongo.staged.extend(f"back:{m.data.thing}" for m in batch)


def gone() -> Exception:
    """Return what MongoDB says of a transaction that it has ended."""
    return OperationFailure("the transaction has been aborted", 251)


def order(
    shop: Shop, number: int, *, model: type[Ordered] = Ordered, **attributes: str
) -> Decoded:
    by_type: dict[str, tuple[Any, Handler]] = {
        Ordered.type: (Ordered, shop.on_ordered),
        Returned.type: (Returned, shop.on_returned),
    }
    name = f"thing-{number}"
    given = {"id": str(number), "type": model.type} | attributes
    record = Record(
        model(thing=name).model_dump_json().encode(),
        headers(**given),
        name.encode(),
        offset=number,
    )
    decoded = decode(record, Route(by_type))
    assert isinstance(decoded, Decoded)
    return decoded


def reasons(shop: Shop) -> list[bytes | None]:
    letters = [o for o in shop.mongo.outbox if o.topic.endswith(".dlq")]
    return [dict(letter.headers)["x-reason"] for letter in letters]


@pytest.mark.parametrize("place", [0, 1, 249, 250, 498, 499])
async def test_bisecting_finds_the_poison_and_handles_the_rest_once(place: int) -> None:
    shop = Shop(poison={f"thing-{place}"})
    await shop.unit().settle([order(shop, n) for n in range(500)], [])
    assert sorted(shop.mongo.effects) == sorted(
        f"thing-{n}" for n in range(500) if n != place
    )
    assert reasons(shop) == [b"no-such-thing"]
    # A failed and a good half each time, and the dead letter.
    assert shop.mongo.transactions <= 2 * math.ceil(math.log2(500)) + 2


async def test_the_attempts_of_a_dead_letter_are_counted() -> None:
    shop = Shop(poison={"thing-0"})
    await shop.unit().settle([order(shop, n) for n in range(8)], [])
    (letter,) = [o for o in shop.mongo.outbox if o.topic.endswith(".dlq")]
    assert dict(letter.headers)["x-attempts"] == b"4"


async def test_a_passing_failure_is_tried_again() -> None:
    shop = Shop(flaky=2)
    await shop.unit().settle([order(shop, 1)], [])
    assert shop.mongo.effects == ["thing-1"]
    assert reasons(shop) == []


async def test_a_failure_that_does_not_pass_leaves_the_batch_to_be_read_again() -> None:
    shop = Shop(flaky=3)
    with pytest.raises(Exhausted):
        await shop.unit().settle([order(shop, 1)], [])
    assert shop.mongo.effects == []
    assert reasons(shop) == []


async def test_nothing_is_tried_again_while_stopping() -> None:
    shop = Shop(flaky=1)
    unit = shop.unit()
    unit.stopping.set()
    with pytest.raises(Exhausted):
        await unit.settle([order(shop, 1)], [])
    assert shop.mongo.transactions == 1


async def test_a_batch_that_outgrows_its_transaction_is_handled_in_smaller_ones() -> (
    None
):
    shop = Shop(capacity=10)
    await shop.unit().settle([order(shop, n) for n in range(80)], [])
    assert shop.mongo.effects == [f"thing-{n}" for n in range(80)]
    assert reasons(shop) == []
    # Whole, halves and quarters once each, for a try may last a minute; then eighths.
    assert shop.mongo.transactions == 1 + 2 + 4 + 8


async def test_a_record_that_outgrows_its_transaction_alone_is_set_aside() -> None:
    shop = Shop(capacity=0)
    await shop.unit().settle([order(shop, 1)], [])
    assert shop.mongo.effects == []
    assert reasons(shop) == [b"outgrown-transaction"]
    assert len(shop.calls) == 3


@pytest.mark.parametrize("lost", range(3))
async def test_a_record_whose_transaction_an_outage_ended_is_not_set_aside(
    lost: int,
) -> None:
    errors = [gone(), gone(), gone()]
    errors[lost] = AutoReconnect("gone")
    shop = Shop(errors=errors)
    with pytest.raises(Exhausted):
        await shop.unit().settle([order(shop, 1)], [])
    assert reasons(shop) == []


async def test_a_single_try_is_too_few_to_set_a_record_aside() -> None:
    shop = Shop(capacity=0)
    unit = replace(shop.unit(), backoff=Backoff(1))
    with pytest.raises(Exhausted):
        await unit.settle([order(shop, 1)], [])
    assert reasons(shop) == []


async def test_an_outage_halves_no_batch() -> None:
    shop = Shop(errors=[AutoReconnect("gone") for _ in range(3)])
    with pytest.raises(Exhausted):
        await shop.unit().settle([order(shop, n) for n in range(80)], [])
    assert shop.mongo.transactions == 3
    assert reasons(shop) == []


async def test_a_batch_that_a_failover_ended_is_handled_once() -> None:
    shop = Shop(errors=[gone(), AutoReconnect("gone"), gone()])
    await shop.unit().settle([order(shop, n) for n in range(4)], [])
    assert sorted(shop.mongo.effects) == [f"thing-{n}" for n in range(4)]
    assert reasons(shop) == []


async def test_no_batch_is_halved_while_stopping() -> None:
    shop = Shop(capacity=0)
    unit = shop.unit()
    unit.stopping.set()
    with pytest.raises(Exhausted):
        await unit.settle([order(shop, n) for n in range(4)], [])
    assert shop.mongo.transactions == 1


async def test_every_try_is_progress() -> None:
    shop = Shop(flaky=2)
    unit = shop.unit()
    unit.progress.at = 0.0
    await unit.settle([order(shop, 1)], [])
    assert await unit.progress.check() is None


async def test_an_event_twice_in_a_batch_is_handled_once() -> None:
    shop = Shop()
    batch = [order(shop, 1), order(shop, 2), order(shop, 3, id="1")]
    await shop.unit().settle(batch, [])
    assert shop.mongo.effects == ["thing-1", "thing-2"]


async def test_a_batch_that_is_known_already_has_no_second_effect() -> None:
    shop = Shop()
    batch = [order(shop, n) for n in range(4)]
    unit = shop.unit()
    await unit.settle(batch[:2], [])
    await unit.settle(batch, [])
    assert shop.mongo.effects == [f"thing-{n}" for n in range(4)]


async def test_the_same_id_of_another_source_is_another_event() -> None:
    shop = Shop()
    batch = [order(shop, 1), order(shop, 2, id="1", source="/elsewhere")]
    await shop.unit().settle(batch, [])
    assert shop.mongo.effects == ["thing-1", "thing-2"]


async def test_handlers_get_their_messages_together_and_in_order() -> None:
    shop = Shop()
    batch = [
        order(shop, 1, model=Returned),
        order(shop, 2),
        order(shop, 3, model=Returned),
        order(shop, 4),
    ]
    await shop.unit().settle(batch, [])
    assert shop.calls == ["returned", "ordered"]
    assert shop.mongo.effects == ["back:thing-1", "back:thing-3", "thing-2", "thing-4"]


async def test_the_fuse_blows_in_the_middle_of_a_batch() -> None:
    shop = Shop(poison={f"thing-{n}" for n in range(100)})
    unit = shop.unit(in_a_row=5)
    with pytest.raises(Blown):
        await unit.settle([order(shop, n) for n in range(100)], [])
    assert len(reasons(shop)) == 5
    assert unit.fuses[Ordered.topic].blown == "5 records in a row failed"


async def test_a_dead_letter_read_again_is_neither_written_nor_counted_twice() -> None:
    shop = Shop(poison={"thing-1"})
    for _ in range(10):
        unit = shop.unit(in_a_row=2)
        await unit.settle([order(shop, 1)], [])
    assert len(reasons(shop)) == 1


async def test_an_undecodable_record_is_set_aside_beside_the_good_ones() -> None:
    shop = Shop()
    bad = decode(
        Record(None, headers(), offset=9), Route({Ordered.type: order_of(shop)})
    )
    assert isinstance(bad, Undecodable)
    await shop.unit().settle([order(shop, 1)], [bad])
    assert shop.mongo.effects == ["thing-1"]
    assert reasons(shop) == [b"null-value"]


def order_of(shop: Shop) -> tuple[Any, Handler]:
    return (Ordered, shop.on_ordered)


async def test_an_event_published_continues_the_trace_of_its_cause() -> None:
    shop = Shop()
    await shop.unit().settle([order(shop, 1, traceparent=TRACE), order(shop, 2)], [])
    by_key = {o.key: o for o in shop.mongo.outbox}
    published = dict(by_key[b"thing-1"].headers)["traceparent"]
    assert published is not None
    assert published[:35] == TRACE[:35].encode()
    assert published != TRACE.encode()
    spans = [span.name for span in shop.exporter.get_finished_spans()]
    assert spans.count(f"process {Ordered.topic}") == 1


@pytest.mark.parametrize("second", ["true", ""])
@pytest.mark.parametrize("first", ["true", ""])
async def test_news_beside_a_replay_of_the_same_key_stay_news(
    first: str, second: str
) -> None:
    shop = Shop()
    batch = [
        order(shop, 1, ce_replay=first),
        order(shop, 1, id="2", ce_replay=second),
    ]
    await shop.unit().settle(batch, [])
    marks = {dict(o.headers).get("ce_replay") for o in shop.mongo.outbox}
    assert marks == ({b"true"} if first and second else {None})


async def test_what_is_known_already_is_no_cause() -> None:
    shop = Shop()
    unit = shop.unit()
    news = order(shop, 1)
    await unit.settle([news], [])
    await unit.settle([news, order(shop, 1, id="2", ce_replay="true")], [])
    marks = [dict(o.headers).get("ce_replay") for o in shop.mongo.outbox]
    assert marks == [None, b"true"]


async def test_each_message_brings_the_trace_of_its_own_processing() -> None:
    shop = Shop()
    other = TRACE.replace("0af7", "ffff")
    batch = [
        order(shop, 1, traceparent=TRACE),
        order(shop, 1, id="2", traceparent=other),
    ]
    await shop.unit().settle(batch, [])
    assert [trace[:35] for trace in shop.traces] == [TRACE[:35], other[:35]]
    assert not {TRACE, other} & set(shop.traces)


@pytest.mark.parametrize("told", ["nonsense", "00-0-0-zz", "ff-x", TRACE[:-1]])
def test_a_trace_that_is_none_never_reaches_the_relay(told: str) -> None:
    session: Any = None
    tx = Transaction(session, "/toy", NOW, 1_000_000)
    tx.publish(Ordered(thing="hat"), traceparent=told)
    assert valid(tx.outgoing[0].traceparent)
    assert told.encode() not in dict(tx.outgoing[0].headers).values()


async def test_the_text_of_an_error_reaches_no_span() -> None:
    shop = Shop(poison={"thing-1"})
    await shop.unit().settle([order(shop, 1, traceparent=TRACE)], [])
    spans = {span.name.split()[0]: span for span in shop.exporter.get_finished_spans()}
    assert spans["process"].attributes is not None
    assert spans["process"].attributes["error.type"] == "Permanent"
    assert "cannot be had" not in str([span.to_json() for span in spans.values()])
