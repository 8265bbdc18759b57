"""Which class does what: the only module of the service that names them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from folkmoot_chassis.clock import SystemClock
from folkmoot_chassis.service import Service

from folkmoot_notification.domain.notifications import Notification
from folkmoot_notification.domain.standing import Standing
from folkmoot_notification.gateways.guard import Guard
from folkmoot_notification.gateways.prometheus_tally import PrometheusTally
from folkmoot_notification.gateways.webhooks import HttpWebhooks
from folkmoot_notification.handlers import Handlers
from folkmoot_notification.settings import Settings
from folkmoot_notification.storage.deliveries import MongoDeliveries
from folkmoot_notification.storage.endpoints import MongoEndpoints
from folkmoot_notification.storage.indexes import ensure_indexes
from folkmoot_notification.storage.notifications import MongoNotifications
from folkmoot_notification.storage.subscriptions import MongoSubscriptions
from folkmoot_notification.storage.told_items import MongoToldItems
from folkmoot_notification.use_cases.deliver_webhooks import DeliverWebhooks, Pace
from folkmoot_notification.use_cases.follow_inbox import FollowInbox
from folkmoot_notification.use_cases.follow_standing import FollowStanding
from folkmoot_notification.use_cases.manage_endpoints import (
    RegisterEndpoint,
    TryEndpoint,
)
from folkmoot_notification.use_cases.notify_people import NotifyPeople
from folkmoot_notification.use_cases.read_inbox import MarkRead, ReadInbox
from folkmoot_notification.use_cases.recognise_reader import RecogniseReader
from folkmoot_notification.use_cases.retract_items import RetractItems
from folkmoot_notification.use_cases.retry_delivery import RetryDelivery
from folkmoot_notification.use_cases.send_webhook import SendWebhook
from folkmoot_notification.use_cases.settle_deliveries import SettleDeliveries
from folkmoot_notification.use_cases.subscribe import Subscribe, Unsubscribe

Task = Callable[[], Awaitable[None]]

LEASE_MARGIN = 5.0
"""Seconds that a lease outlasts the longest request."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the service is made of."""

    handlers: Handlers
    recognise: RecogniseReader
    subscribe: Subscribe
    unsubscribe: Unsubscribe
    subscriptions: MongoSubscriptions
    read_inbox: ReadInbox
    mark_read: MarkRead
    follow_inbox: FollowInbox
    register_endpoint: RegisterEndpoint
    try_endpoint: TryEndpoint
    endpoints: MongoEndpoints
    retry_delivery: RetryDelivery
    deliveries: MongoDeliveries
    prepare: tuple[Task, ...]
    background: Mapping[str, Task]


@dataclass(frozen=True, slots=True)
class _World:
    """What everything else is made of."""

    service: Service
    settings: Settings
    clock: SystemClock
    standing: Standing
    subscriptions: MongoSubscriptions
    told: MongoToldItems
    notifications: MongoNotifications
    endpoints: MongoEndpoints
    deliveries: MongoDeliveries
    webhooks: HttpWebhooks
    tally: PrometheusTally


def wire(service: Service, settings: Settings) -> Parts:
    """Put the service together."""
    world = _world(service, settings)
    follow_inbox = FollowInbox(world.notifications, settings.stream_poll)
    follow_standing = FollowStanding(
        world.subscriptions, world.standing, settings.standing_poll
    )
    deliver = _deliver(world)

    def told_of(new: Sequence[Notification]) -> None:
        follow_inbox.wake({notification.person for notification in new})
        deliver.wake()
        world.tally.told(len(new))

    return Parts(
        handlers=_handlers(world, follow_standing, told_of),
        recognise=RecogniseReader(world.subscriptions, world.standing),
        subscribe=Subscribe(
            world.subscriptions,
            world.endpoints,
            world.standing,
            world.clock,
            settings.subscriptions_per_person,
        ),
        unsubscribe=Unsubscribe(world.subscriptions, world.standing),
        subscriptions=world.subscriptions,
        read_inbox=ReadInbox(world.notifications),
        mark_read=MarkRead(world.notifications, service.transactor, world.clock),
        follow_inbox=follow_inbox,
        register_endpoint=RegisterEndpoint(
            world.endpoints, world.webhooks, world.clock, settings.endpoints_per_person
        ),
        try_endpoint=TryEndpoint(
            world.endpoints, world.deliveries, service.transactor, world.clock
        ),
        endpoints=world.endpoints,
        retry_delivery=RetryDelivery(world.deliveries, world.clock),
        deliveries=world.deliveries,
        prepare=(
            lambda: ensure_indexes(service.database, settings.delivery_days),
            follow_standing.refresh,
            world.deliveries.release,
        ),
        background={
            "standing": follow_standing.run,
            "inbox-streams": follow_inbox.run,
            "webhooks": lambda: _until_cancelled(deliver, world.webhooks),
            "streams-end": lambda: _end_streams(service.stopping, follow_inbox),
        },
    )


def _world(service: Service, settings: Settings) -> _World:
    clock, standing = SystemClock(), Standing()
    tally = PrometheusTally(service.metrics_registry, standing.__len__)
    return _World(
        service=service,
        settings=settings,
        clock=clock,
        standing=standing,
        subscriptions=MongoSubscriptions(service.database),
        told=MongoToldItems(service.database),
        notifications=MongoNotifications(service.database),
        endpoints=MongoEndpoints(service.database),
        deliveries=MongoDeliveries(service.database, settings.instance),
        webhooks=HttpWebhooks(
            Guard(settings.webhook_allow),
            service.telemetry,
            clock,
            tally,
            settings.webhook_timeout,
        ),
        tally=tally,
    )


def _handlers(
    world: _World,
    follow_standing: FollowStanding,
    told_of: Callable[[Sequence[Notification]], None],
) -> Handlers:
    return Handlers(
        NotifyPeople(
            follow_standing.catch_up,
            world.told,
            world.notifications,
            world.deliveries,
            world.clock,
            told_of,
        ),
        RetractItems(world.told, world.notifications, world.deliveries),
    )


def _deliver(world: _World) -> DeliverWebhooks:
    settings = world.settings
    return DeliverWebhooks(
        world.deliveries,
        SendWebhook(
            world.endpoints, world.notifications, world.standing, world.webhooks
        ),
        SettleDeliveries(
            world.deliveries, world.endpoints, world.service.transactor, world.clock
        ),
        world.clock,
        Pace(
            at_once=settings.webhook_concurrency,
            per_endpoint=settings.webhook_per_endpoint,
            lease=timedelta(seconds=settings.webhook_timeout + LEASE_MARGIN),
        ),
    )


async def _until_cancelled(deliver: DeliverWebhooks, webhooks: HttpWebhooks) -> None:
    try:
        await deliver.run()
    finally:
        await webhooks.close()


async def _end_streams(stopping: asyncio.Event, follow_inbox: FollowInbox) -> None:
    """End the streams when the stop begins: the HTTP server waits for them."""
    await stopping.wait()
    await follow_inbox.close()
    await asyncio.Event().wait()
