"""What the API tells of subscriptions, endpoints and deliveries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from folkmoot_events import Frozen
from pydantic import Field

from folkmoot_notification.domain.deliveries import Delivery, State
from folkmoot_notification.domain.endpoints import Endpoint
from folkmoot_notification.domain.payloads import Described, describe
from folkmoot_notification.domain.subscriptions import Kind, Subscription
from folkmoot_notification.ports import MOST_UNREAD
from folkmoot_notification.use_cases.read_inbox import Inbox


class SubscriptionAnswer(Frozen):
    """A standing subscription; `expression` is a conversation's id for that kind."""

    id: str
    kind: Kind
    expression: str
    endpoint_id: str | None
    created: datetime

    @classmethod
    def of(cls, subscription: Subscription) -> Self:
        """Return a subscription as the API shows it."""
        return cls(
            id=subscription.id,
            kind=subscription.kind,
            expression=subscription.expression,
            endpoint_id=subscription.endpoint_id,
            created=subscription.created,
        )


class EndpointAnswer(Frozen):
    """A webhook endpoint; `secret` only in the answer that made it."""

    id: str
    url: str
    created: datetime
    disabled: datetime | None
    secret: str | None = None

    @classmethod
    def of(cls, endpoint: Endpoint, *, secret: bool = False) -> Self:
        """Return an endpoint as the API shows it."""
        return cls(
            id=endpoint.id,
            url=endpoint.url,
            created=endpoint.created,
            disabled=endpoint.disabled,
            secret=endpoint.secret if secret else None,
        )


class AttemptAnswer(Frozen):
    """One attempt: what the endpoint answered, or why it could not; seconds."""

    at: datetime
    status: int | None
    error: str | None
    duration: float


class DeliveryAnswer(Frozen):
    """A webhook's way; `id` is the `webhook-id`, `next_attempt` only while pending."""

    id: str
    endpoint_id: str
    notification_id: str
    item_id: str
    state: State
    created: datetime
    next_attempt: datetime | None
    attempts: tuple[AttemptAnswer, ...]
    trace_id: str

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """Return a delivery as the API shows it."""
        return cls(
            id=delivery.id,
            endpoint_id=delivery.endpoint_id,
            notification_id=delivery.notification_id,
            item_id=delivery.item_id,
            state=delivery.state,
            created=delivery.created,
            next_attempt=delivery.due if delivery.state == "pending" else None,
            attempts=tuple(
                AttemptAnswer(
                    at=a.at,
                    status=a.status,
                    error=a.error,
                    duration=round(a.duration, 3),
                )
                for a in delivery.attempts
            ),
            trace_id=delivery.trace_id,
        )


class DeliveriesAnswer(Frozen):
    """A page of the log; `next` is the `before` of the page after it."""

    items: tuple[DeliveryAnswer, ...]
    next: str | None = Field(description="Null on the last page.")

    @classmethod
    def of(cls, deliveries: Sequence[Delivery], *, more: bool) -> Self:
        """Return a page as the API shows it; `more` says that another follows."""
        return cls(
            items=tuple(map(DeliveryAnswer.of, deliveries)),
            next=deliveries[-1].id if more else None,
        )


class InboxAnswer(Frozen):
    """A page of an inbox; `next` is the `before` of the page after it."""

    items: tuple[Described, ...]
    unread: int = Field(description=f"{MOST_UNREAD}: that many or more.")
    position: int = Field(description="Where a stream goes on that misses nothing.")
    next: int | None = Field(description="Null on the last page.")

    @classmethod
    def of(cls, inbox: Inbox) -> Self:
        """Return a page as the API shows it."""
        return cls(
            items=tuple(map(describe, inbox.items)),
            unread=inbox.unread,
            position=inbox.position,
            next=inbox.items[-1].position if inbox.more else None,
        )
