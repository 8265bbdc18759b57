"""What a webhook says."""

from datetime import datetime
from typing import Any

from typing_extensions import TypedDict

from folkmoot_notification.domain.deliveries import Delivery
from folkmoot_notification.domain.notifications import Notification
from folkmoot_notification.domain.subscriptions import Kind

ITEM = "folkmoot.notification.v1"
TEST = "folkmoot.webhook-test.v1"


class Author(TypedDict):
    """Who wrote an item."""

    id: str
    name: str


class Why(TypedDict):
    """A subscription that an item matched."""

    subscription_id: str
    kind: Kind
    expression: str


class Described(TypedDict):
    """A notification; moments are RFC 3339."""

    id: str
    position: int
    item_id: str
    company: str
    source: str
    tool: str
    kind: str
    conversation_id: str
    author: Author
    title: str | None
    snippet: str
    permalink: str | None
    published: str
    why: list[Why]
    time: str
    read: str | None
    trace_id: str


def test_payload(delivery: Delivery) -> dict[str, Any]:
    """Return the body of a message that only tries an endpoint."""
    return {
        "type": TEST,
        "timestamp": _moment(delivery.created),
        "data": {"endpoint_id": delivery.endpoint_id},
    }


def item_payload(notification: Notification) -> dict[str, Any]:
    """Return the body of a message that tells of an item."""
    return {
        "type": ITEM,
        "timestamp": _moment(notification.created),
        "data": describe(notification),
    }


def describe(notification: Notification) -> Described:
    """Return a notification as the API, the stream and webhooks show it."""
    shown = notification.excerpt
    return {
        "id": notification.id,
        "position": notification.position,
        "item_id": shown.item_id,
        "company": shown.company,
        "source": shown.source,
        "tool": shown.tool,
        "kind": shown.kind,
        "conversation_id": shown.conversation_id,
        "author": {"id": shown.author_id, "name": shown.author_name},
        "title": shown.title,
        "snippet": shown.snippet,
        "permalink": shown.permalink,
        "published": _moment(shown.published),
        "why": [
            {
                "subscription_id": reason.subscription_id,
                "kind": reason.kind,
                "expression": reason.expression,
            }
            for reason in notification.reasons
        ],
        "time": _moment(notification.created),
        "read": _moment(notification.read) if notification.read else None,
        "trace_id": notification.trace_id,
    }


def _moment(at: datetime) -> str:
    """Return a moment as all other answers say it."""
    return at.isoformat().replace("+00:00", "Z")
