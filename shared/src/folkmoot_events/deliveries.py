"""Stream `folkmoot.deliveries.v1`: what became of each notification."""

from typing import ClassVar, Literal

from pydantic import Field

from folkmoot_events.envelope import (
    CompanyId,
    Event,
    ItemId,
    Moment,
    PersonId,
    Revision,
)

TOPIC = "folkmoot.deliveries.v1"

Channel = Literal["inbox", "webhook", "email"]


class _Delivery(Event):
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "subscription_id"

    subscription_id: str = Field(description="The standing query that matched.")
    notification_id: str = Field(
        description="Deterministic from subscription, item and channel."
    )
    revision: Revision
    company: CompanyId = Field(description="Id of the reader's company.")
    person_id: PersonId = Field(description="Id of the reader.")
    item_id: ItemId
    channel: Channel = Field(description="How it was to reach the reader.")


class NotificationDelivered(_Delivery):
    """A notification reached its channel."""

    type: ClassVar[str] = "folkmoot.notification.delivered.v1"

    attempts: int = Field(ge=1, description="Tries made, the last one included.")
    delivered: Moment = Field(description="When the channel took it; RFC 3339.")


class NotificationFailed(_Delivery):
    """A notification was given up after its last attempt."""

    type: ClassVar[str] = "folkmoot.notification.failed.v1"

    attempts: int = Field(ge=1, description="Tries made, the last one included.")
    reason: str = Field(description="What the channel answered, without content.")
    failed: Moment = Field(description="When it was given up; RFC 3339.")


class NotificationRead(_Delivery):
    """The reader opened a notification."""

    type: ClassVar[str] = "folkmoot.notification.read.v1"

    read: Moment = Field(description="When the reader opened it; RFC 3339.")
