"""Deliveries are attempted, settled and announced."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pytest
from folkmoot_events import NotificationDelivered, NotificationFailed
from folkmoot_notification.domain.deliveries import Answer, Delivery, first_delivery
from folkmoot_notification.domain.endpoints import Endpoint
from folkmoot_notification.domain.standing import Standing
from folkmoot_notification.ports import Transaction, Webhooks
from folkmoot_notification.use_cases.deliver_webhooks import DeliverWebhooks, Pace
from folkmoot_notification.use_cases.manage_endpoints import (
    EndpointLimitError,
    RefusedUrlError,
    RegisterEndpoint,
    TryEndpoint,
)
from folkmoot_notification.use_cases.retry_delivery import (
    NotSettledError,
    RetryDelivery,
)
from folkmoot_notification.use_cases.send_webhook import SendWebhook
from folkmoot_notification.use_cases.settle_deliveries import SettleDeliveries
from typing_extensions import override

from tests.support.notification_fakes import (
    FakeDeliveries,
    FakeEndpoints,
    FakeNotifications,
    FakeTransaction,
    FakeTransactions,
    FakeWebhooks,
    ManualClock,
)
from tests.support.notification_samples import (
    TRACE,
    a_notification,
    a_reader,
    an_endpoint,
)
from tests.support.tagged_items import an_item

GRACE = a_reader()
T = TypeVar("T")


@dataclass
class World:
    """The sender over stores in memory and endpoints that answer as told."""

    webhooks: Webhooks
    pace: Pace = field(default_factory=Pace)
    endpoints: FakeEndpoints = field(
        default_factory=lambda: FakeEndpoints(an_endpoint())
    )
    inbox: FakeNotifications = field(default_factory=FakeNotifications)
    deliveries: FakeDeliveries = field(default_factory=FakeDeliveries)
    transactions: FakeTransactions = field(default_factory=FakeTransactions)
    clock: ManualClock = field(default_factory=ManualClock)
    standing: Standing = field(default_factory=Standing)

    def __post_init__(self) -> None:
        self.standing.know(GRACE)
        self.sender = DeliverWebhooks(
            self.deliveries,
            SendWebhook(self.endpoints, self.inbox, self.standing, self.webhooks),
            SettleDeliveries(
                self.deliveries, self.endpoints, self.transactions, self.clock
            ),
            self.clock,
            self.pace,
        )

    async def has(self, *items: str, endpoint: str = "whe_1") -> list[str]:
        told = [a_notification(item=an_item(item)) for item in items]
        new = [first_delivery(n, "sub_1", endpoint, self.clock.now()) for n in told]
        tx = FakeTransaction()
        await self.inbox.write(told, (), {}, tx)
        await self.deliveries.add(new, tx)
        return [one.id for one in new]

    async def turn(self) -> None:
        await self.sender.deliver_due()
        await self.sender.idle()

    @property
    def states(self) -> list[str]:
        return [one.state for one in self.deliveries.all.values()]


async def test_a_due_delivery_is_sent_and_announced_in_the_items_trace() -> None:
    webhooks = FakeWebhooks()
    world = World(webhooks)
    (key,) = await world.has("itm_1")

    await world.turn()
    await world.turn()

    ((endpoint, sent, payload),) = webhooks.sent
    assert (endpoint, sent) == ("whe_1", key)
    assert payload["type"] == "folkmoot.notification.v1"
    assert payload["data"]["item_id"] == "itm_1"
    ((event, trace),) = world.transactions.published
    assert isinstance(event, NotificationDelivered)
    assert (event.channel, event.attempts, trace) == ("webhook", 1, TRACE)


async def test_a_failed_attempt_waits_and_keeps_its_id() -> None:
    webhooks = FakeWebhooks(Answer(503, None, 0.1), Answer(None, "timeout", 15))
    world = World(webhooks)
    await world.has("itm_1")

    await world.turn()
    await world.turn()
    assert len(webhooks.sent) == 1
    world.clock.advance(seconds=7)
    await world.turn()
    world.clock.advance(minutes=7)
    await world.turn()

    assert len({key for _, key, _ in webhooks.sent}) == 1
    (one,) = world.deliveries.all.values()
    assert [(a.status, a.error) for a in one.attempts] == [
        (503, None),
        (None, "timeout"),
        (200, None),
    ]
    assert one.state == "delivered"


async def test_410_disables_the_endpoint_and_fails_what_is_left() -> None:
    webhooks = FakeWebhooks(Answer(410, None, 0.1))
    world = World(webhooks)
    await world.has("itm_1")
    await world.turn()
    await world.has("itm_2")
    await world.turn()

    assert world.endpoints.all["whe_1"].disabled
    assert world.states == ["failed", "failed"]
    assert len(webhooks.sent) == 1
    reasons = [
        event.reason
        for event, _ in world.transactions.published
        if isinstance(event, NotificationFailed)
    ]
    assert reasons == ["status 410", "endpoint-gone"]


async def test_what_the_owner_may_no_longer_see_is_not_sent() -> None:
    webhooks = FakeWebhooks()
    world = World(webhooks)
    await world.has("itm_1", "itm_2")
    await world.inbox.retract(["itm_1"], FakeTransaction())
    world.standing.know(a_reader(company="elsewhere"))

    await world.turn()

    assert webhooks.sent == []
    assert world.states == ["failed", "failed"]


async def test_an_owner_who_is_not_known_yet_is_waited_for() -> None:
    webhooks = FakeWebhooks()
    world = World(webhooks)
    (key,) = await world.has("itm_1")
    world.deliveries.all[key] = replace(world.deliveries.all[key], person="new")

    await world.turn()

    assert world.states == ["pending"]


async def test_a_lost_outcome_is_sent_once_more_and_no_oftener() -> None:
    webhooks = FakeWebhooks()
    world = World(webhooks)
    await world.has("itm_1")
    world.transactions.fail = 1

    await world.turn()
    assert world.states == ["pending"]
    await world.turn()
    assert len(webhooks.sent) == 1
    world.clock.advance(seconds=21)
    await world.turn()
    await world.turn()

    assert world.states == ["delivered"]
    assert len(webhooks.sent) == 2


class Slow(FakeWebhooks):
    """Answers once it is let, and counts who waits."""

    def __init__(self) -> None:
        super().__init__()
        self.let = asyncio.Event()
        self.begun = asyncio.Event()

    @override
    async def send(
        self, endpoint: Endpoint, delivery: Delivery, payload: Mapping[str, Any]
    ) -> Answer:
        self.begun.set()
        await self.let.wait()
        return Answer(200, None, 0.1)


async def test_one_slow_endpoint_does_not_hold_up_the_others() -> None:
    webhooks = Slow()
    world = World(webhooks, Pace(at_once=5, per_endpoint=2))
    world.endpoints.all["whe_2"] = an_endpoint("whe_2")
    await world.has(*(f"itm_{n}" for n in range(9)))
    await world.sender.deliver_due()
    world.inbox.all.clear()
    await world.has(*(f"itm_{n}" for n in range(20, 29)), endpoint="whe_2")
    await world.sender.deliver_due()
    await asyncio.sleep(0)

    busy = [d.endpoint_id for d in world.deliveries.all.values() if d.begun]
    assert sorted(busy) == ["whe_1", "whe_1", "whe_2", "whe_2"]
    webhooks.let.set()
    await world.sender.idle()


async def test_no_more_requests_are_under_way_than_allowed() -> None:
    webhooks = Slow()
    world = World(webhooks, Pace(at_once=3, per_endpoint=50))
    await world.has(*(f"itm_{n}" for n in range(9)))

    assert [await world.sender.deliver_due() for _ in range(2)] == [3, 0]
    webhooks.let.set()
    await world.sender.idle()


async def test_a_stop_finishes_what_is_under_way() -> None:
    webhooks = Slow()
    world = World(webhooks)
    await world.has("itm_1")
    running = asyncio.create_task(world.sender.run())
    await webhooks.begun.wait()
    running.cancel()
    await asyncio.sleep(0)
    webhooks.let.set()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert world.states == ["delivered"]


async def test_an_endpoint_can_be_tried() -> None:
    webhooks = FakeWebhooks()
    world = World(webhooks)
    try_endpoint = TryEndpoint(
        world.endpoints, world.deliveries, world.transactions, world.clock
    )

    assert await try_endpoint("whe_1", a_reader("ada"), TRACE) is None
    delivery = await try_endpoint("whe_1", GRACE, TRACE)
    await world.turn()

    assert delivery is not None
    ((_, key, payload),) = webhooks.sent
    assert key == delivery.id
    assert payload["type"] == "folkmoot.webhook-test.v1"
    assert world.transactions.published == []


async def test_a_settled_delivery_can_be_retried_by_its_owner() -> None:
    webhooks = FakeWebhooks()
    world = World(webhooks)
    (key,) = await world.has("itm_1")
    retry = RetryDelivery(world.deliveries, world.clock)
    with pytest.raises(NotSettledError):
        await retry(key, GRACE)
    await world.turn()

    assert await retry(key, a_reader("ada")) is None
    assert await retry(key, GRACE) is not None
    await world.turn()

    assert [sent for _, sent, _ in webhooks.sent] == [key, key]
    attempts = [
        event.attempts
        for event, _ in world.transactions.published
        if isinstance(event, NotificationDelivered)
    ]
    assert attempts == [1, 2]


async def test_what_was_withdrawn_cannot_be_retried() -> None:
    world = World(FakeWebhooks())
    (key,) = await world.has("itm_1")
    await world.deliveries.cancel(["itm_1"], FakeTransaction())

    with pytest.raises(NotSettledError):
        await RetryDelivery(world.deliveries, world.clock)(key, GRACE)


async def test_an_endpoint_is_registered_with_a_secret_of_its_own() -> None:
    world = World(FakeWebhooks())
    register = RegisterEndpoint(world.endpoints, world.webhooks, world.clock, limit=3)

    one = await register(GRACE, "https://hooks.example/1")
    two = await register(GRACE, "https://hooks.example/1")

    assert one.secret != two.secret
    assert one.secret.startswith("whsec_")
    with pytest.raises(EndpointLimitError):
        await register(GRACE, "https://hooks.example/3")
    with pytest.raises(RefusedUrlError):
        await register(a_reader("ada"), "http://hooks.example/")


class UnhurriedTransactions(FakeTransactions):
    """Transactions that let others go on meanwhile."""

    @override
    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        await asyncio.sleep(0)
        return await super().run(work)


async def test_outcomes_that_were_not_stored_are_told_of_to_everybody() -> None:
    # The first is stored by itself; the others meanwhile become one group.
    world = World(FakeWebhooks(), transactions=UnhurriedTransactions(fail=2))
    deliveries = [world.deliveries.all[key] for key in await world.has("a", "b", "c")]
    settle = SettleDeliveries(
        world.deliveries, world.endpoints, world.transactions, world.clock
    )
    told = await asyncio.gather(
        *(settle(one, Answer(204, None, 0.1)) for one in deliveries),
        return_exceptions=True,
    )
    assert [type(one) for one in told] == [ConnectionError] * 3
    assert world.transactions.published == []
