"""A model of delivery with crashes at every step: each event takes effect once.

Real are the unit of work, the decoding and the relay; Kafka and MongoDB are lists that
keep what was acknowledged. A crash is a failpoint, after which the process starts anew
from its last committed offset with nothing but those lists.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

import hypothesis.strategies as st
from folkmoot_chassis import failpoints
from folkmoot_chassis.decoding import Decoded, Route, decode
from folkmoot_chassis.failures import Permanent
from folkmoot_chassis.fuse import Fuse
from folkmoot_chassis.health import Progress
from folkmoot_chassis.inbox import Inbox
from folkmoot_chassis.messages import Message
from folkmoot_chassis.metrics import Metrics
from folkmoot_chassis.retry import Backoff
from folkmoot_chassis.settings import ServiceSettings
from folkmoot_chassis.telemetry import Telemetry
from folkmoot_chassis.transactions import Transaction, Transactor
from folkmoot_chassis.unit_of_work import UnitOfWork
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from prometheus_client import CollectorRegistry
from typing_extensions import override

from tests.unit.chassis.fakes import FakeInbox, FakeMongo, Ordered, Record, headers


class Crash(BaseException):
    """The process is gone."""


class Shipped(Ordered):
    type = "toy.thing.shipped.v1"
    topic = "toy.shipments.v1"


class Process:
    """One life of a service: it forgets everything when it ends."""

    def __init__(self, mongo: FakeMongo) -> None:
        self.mongo = mongo
        self.unit = UnitOfWork(
            service="toy",
            transactor=cast("Transactor", mongo),
            inbox=cast("Inbox", FakeInbox(mongo)),
            telemetry=Telemetry("toy", ServiceSettings(instance="test")),
            metrics=Metrics(CollectorRegistry()),
            backoff=Backoff(2, base=0.0, cap=0.0),
            fuses={Ordered.topic: Fuse(window=1000, ratio=1.0, in_a_row=10_000)},
            stopping=asyncio.Event(),
            progress=Progress(60),
        )
        self.route = Route({Ordered.type: (Ordered, self.on_ordered)})

    async def on_ordered(self, batch: Sequence[Message[Any]], tx: Transaction) -> None:
        things = [message.data.thing for message in batch]
        self.mongo.staged.extend(things)
        for thing in things:
            tx.publish(Shipped(thing=thing))
        if any(thing.startswith("poison") for thing in things):
            raise Permanent("no")

    async def settle(self, records: Sequence[Record]) -> None:
        decoded = [decode(record, self.route) for record in records]
        await self.unit.settle([d for d in decoded if isinstance(d, Decoded)], [])


class Delivery(RuleBasedStateMachine):
    """Publishers, one service with its relay, and crashes."""

    @initialize()
    def begin(self) -> None:
        self.log: list[Record] = []
        self.committed = 0
        self.mongo = FakeMongo()
        self.shipments: list[bytes | None] = []
        self.letters: list[bytes | None] = []
        self.process = Process(self.mongo)

    @rule(poison=st.booleans(), repeats=st.integers(1, 3))
    def publish(self, poison: bool, repeats: int) -> None:
        """Acknowledge an event; a publisher that is unsure sends it again."""
        number = len(self.log)
        thing = f"{'poison' if poison else 'thing'}-{number}"
        for _ in range(repeats):
            self.log.append(
                Record(
                    Ordered(thing=thing).model_dump_json().encode(),
                    headers(id=str(number)),
                    thing.encode(),
                    offset=len(self.log),
                )
            )

    @rule(size=st.integers(1, 8), crash=st.sampled_from(["", "before", "after"]))
    def consume(self, size: int, crash: str) -> None:
        """Settle a batch; crash before its transaction, or before its offsets."""
        batch = self.log[self.committed : self.committed + size]
        place = "consumer.before_transaction"
        failpoints.arm(f"{place}=raise" if crash == "before" else "")
        asyncio.run(self.process.settle(batch))
        failpoints.arm("")
        if crash:
            self.process = Process(self.mongo)
        else:
            self.committed += len(batch)

    @rule(size=st.integers(1, 8), nth=st.integers(1, 8))
    def die_inside(self, size: int, nth: int) -> None:
        """Die in the middle of a batch, after some of its transactions."""
        batch = self.log[self.committed : self.committed + size]
        run_once, left = self.mongo.run_once, nth

        async def mortal(*work: Any) -> Any:
            nonlocal left
            left -= 1
            if left <= 0:
                raise Crash
            return await run_once(*work)

        self.mongo.__dict__["run_once"] = mortal
        try:
            asyncio.run(self.process.settle(batch))
        except Crash:
            self.process = Process(self.mongo)
        finally:
            del self.mongo.__dict__["run_once"]

    @rule(size=st.integers(1, 8), crash=st.booleans())
    def relay(self, size: int, crash: bool) -> None:
        """Publish from the outbox; crash before it is forgotten there."""
        for outgoing in self.mongo.outbox[:size]:
            target = self.letters if outgoing.topic.endswith(".dlq") else self.shipments
            target.append(outgoing.key)
        if not crash:
            del self.mongo.outbox[:size]

    @rule(back=st.integers(1, 20))
    def rewind(self, back: int) -> None:
        """Read again what was read already."""
        self.committed = max(0, self.committed - back)

    @invariant()
    def nothing_takes_effect_twice(self) -> None:
        assert max(Counter(self.mongo.effects).values(), default=1) == 1

    @invariant()
    def no_poison_takes_effect(self) -> None:
        assert not [e for e in self.mongo.effects if e.startswith("poison")]

    @override
    def teardown(self) -> None:
        """Let it run out: all that was acknowledged took effect, once, and was told."""
        failpoints.arm("")
        asyncio.run(self.process.settle(self.log[self.committed :]))
        self.relay(len(self.mongo.outbox), crash=False)
        things = {record.key for record in self.log if record.key}
        good = {thing for thing in things if thing.startswith(b"thing")}
        assert sorted(e.encode() for e in self.mongo.effects) == sorted(good)
        assert set(self.shipments) == good
        assert set(self.letters) == things - good


Delivery.TestCase.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None
)
TestDelivery = Delivery.TestCase
