"""Readers, subscriptions and notifications to test with."""

from datetime import UTC, datetime

from folkmoot_events import Item, ItemTagged, Tag
from folkmoot_notification.domain.endpoints import Endpoint
from folkmoot_notification.domain.identities import notification_id
from folkmoot_notification.domain.notifications import (
    Notification,
    excerpt,
    reason,
)
from folkmoot_notification.domain.readers import Reader, principals_of
from folkmoot_notification.domain.subscriptions import Kind, Subscription
from folkmoot_notification.domain.telling import Tagging

from tests.support.notification_fakes import START
from tests.support.tagged_items import an_item, tagged

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def a_reader(
    person: str = "grace", company: str = "north", *groups: str, name: str = ""
) -> Reader:
    return Reader(person, company, principals_of(person, company, groups), name)


def a_subscription(
    expression: str = "borrow",
    person: str = "grace",
    *,
    kind: Kind = "expression",
    endpoint: str | None = None,
    created: datetime = START,
) -> Subscription:
    key = f"sub_{person}_{kind}_{expression}_{endpoint}"
    return Subscription(key, person, kind, expression, endpoint, created)


def a_tagging(
    item: Item | None = None,
    *,
    revision: int = 1,
    tags: tuple[Tag, ...] = (),
    replay: bool = False,
) -> Tagging:
    event: ItemTagged = tagged(item or an_item(), revision, tags)
    return Tagging(event, TRACE, replay)


def a_notification(
    person: str = "grace", item: Item | None = None, created: datetime = START
) -> Notification:
    item = item or an_item()
    return Notification(
        id=notification_id(person, item.id),
        person=person,
        company=item.company,
        excerpt=excerpt(item),
        reasons=(reason(a_subscription(person=person)),),
        endpoints=(),
        traceparent=TRACE,
        created=created,
    )


def an_endpoint(
    endpoint_id: str = "whe_1",
    url: str = "https://hooks.example/in",
    person: str = "grace",
) -> Endpoint:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    created = datetime(2026, 3, 1, tzinfo=UTC)
    return Endpoint(endpoint_id, person, "north", url, secret, created)
