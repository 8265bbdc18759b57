"""Stream `folkmoot.deliveries.v1`: what became of each notification."""

from typing import ClassVar, Literal

from pydantic import Field

from folkmoot_events.envelope import Event, Moment, Revision

TOPIC = "folkmoot.deliveries.v1"

Channel = Literal["inbox", "webhook", "email"]


class _Delivery(Event):
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "subscription_id"

    subscription_id: str
    notification_id: str
    revision: Revision
    company: str
    person_id: str
    item_id: str
    channel: Channel


class NotificationDelivered(_Delivery):
    """A notification reached its channel."""

    type: ClassVar[str] = "folkmoot.notification.delivered.v1"

    attempts: int = Field(ge=1)
    delivered: Moment


class NotificationFailed(_Delivery):
    """A notification was given up after its last attempt."""

    type: ClassVar[str] = "folkmoot.notification.failed.v1"

    attempts: int = Field(ge=1)
    reason: str = Field(description="What the channel answered, without content.")
    failed: Moment


class NotificationRead(_Delivery):
    """The reader opened a notification."""

    type: ClassVar[str] = "folkmoot.notification.read.v1"

    read: Moment
