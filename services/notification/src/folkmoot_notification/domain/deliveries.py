"""A webhook's way out: attempts, and when the next one is due."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from folkmoot_notification.domain.endpoints import Endpoint
from folkmoot_notification.domain.identities import delivery_id
from folkmoot_notification.domain.notifications import Notification, trace_id

State = Literal["pending", "delivered", "failed", "cancelled"]

SCHEDULE = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
)
"""Waits after the first, second, … failed attempt: 5 s to a day, 75 hours in all."""

LONGEST_WAIT = timedelta(days=1)
JITTER = 0.2
GONE = 410


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt: a status, or the kind of failure.

    `duration` is in seconds. `retry_after` is what the endpoint asked us to wait. After
    a `final` failure there is no further attempt.
    """

    status: int | None
    error: str | None
    duration: float
    retry_after: timedelta | None = None
    final: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the endpoint took the message."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004  2xx

    @property
    def gone(self) -> bool:
        """Whether the endpoint wants no more messages."""
        return self.status == GONE

    @property
    def reason(self) -> str:
        """The failure in a word, without content."""
        return self.error or f"status {self.status}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of a delivery's log."""

    at: datetime
    status: int | None
    error: str | None
    duration: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one endpoint; its id is the `webhook-id` of every attempt.

    `due` is when it may be taken for the next attempt. `begun` counts the attempts that
    were started, which is more than the log shows after a crash between sending and
    writing down; `reopened` is what it was when the owner last asked for a fresh start.
    """

    id: str
    endpoint_id: str
    person: str
    company: str
    subscription_id: str
    notification_id: str
    item_id: str
    traceparent: str
    created: datetime
    due: datetime
    state: State = "pending"
    attempts: tuple[Attempt, ...] = ()
    begun: int = 0
    reopened: int = 0

    @property
    def test(self) -> bool:
        """Whether it tells of nothing but its own arrival."""
        return not self.item_id

    @property
    def trace_id(self) -> str:
        """The trace that every attempt continues."""
        return trace_id(self.traceparent)

    def answered(self, answer: Answer, now: datetime, luck: float) -> "Delivery":
        """Return the delivery after an attempt; `luck` is a random number in [0, 1)."""
        at = now - timedelta(seconds=answer.duration)
        attempt = Attempt(at, answer.status, answer.error, answer.duration)
        after = replace(self, attempts=(*self.attempts, attempt), due=now)
        if answer.accepted:
            return replace(after, state="delivered")
        tries = self.begun - self.reopened
        if answer.final or answer.gone or tries > len(SCHEDULE):
            return replace(after, state="failed")
        wait = SCHEDULE[tries - 1] * (1 + JITTER * luck)
        asked = min(answer.retry_after or timedelta(), LONGEST_WAIT)
        return replace(after, due=now + max(wait, asked))

    def again(self, now: datetime) -> "Delivery":
        """Return the delivery due at once, with a fresh schedule and the same id."""
        return replace(self, state="pending", due=now, reopened=self.begun)


def first_delivery(
    notification: Notification, subscription_id: str, endpoint_id: str, now: datetime
) -> Delivery:
    """Return the delivery of a notification to an endpoint, due at once."""
    return Delivery(
        id=delivery_id(endpoint_id, notification.excerpt.item_id),
        endpoint_id=endpoint_id,
        person=notification.person,
        company=notification.company,
        subscription_id=subscription_id,
        notification_id=notification.id,
        item_id=notification.excerpt.item_id,
        traceparent=notification.traceparent,
        created=now,
        due=now,
    )


def test_delivery(endpoint: Endpoint, traceparent: str, now: datetime) -> Delivery:
    """Return a delivery that lets an owner try an endpoint."""
    return Delivery(
        id=f"msg_{uuid4().hex}",
        endpoint_id=endpoint.id,
        person=endpoint.person,
        company=endpoint.company,
        subscription_id="",
        notification_id="",
        item_id="",
        traceparent=traceparent,
        created=now,
        due=now,
    )
