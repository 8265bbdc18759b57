"""Let a person ask to be told of something, or stop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from folkmoot_notification.domain.identities import subscription_id
from folkmoot_notification.domain.readers import Reader
from folkmoot_notification.domain.standing import Standing
from folkmoot_notification.domain.subscriptions import Kind, Subscription
from folkmoot_notification.ports import Clock, Endpoints, Subscriptions


class TooManyError(Exception):
    """The person has as many as one may have."""


class UnknownEndpointError(Exception):
    """The person has no such endpoint."""


class ReusedKeyError(Exception):
    """The idempotency key was used for something else."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for."""

    kind: Kind
    expression: str
    endpoint_id: str | None = None


class Subscribe:
    """Store a person's wish and match it from now on."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        endpoints: Endpoints,
        standing: Standing,
        clock: Clock,
        limit: int,
    ) -> None:
        self._subscriptions = subscriptions
        self._endpoints = endpoints
        self._standing = standing
        self._clock = clock
        self._limit = limit

    async def __call__(
        self, reader: Reader, wish: Wish, key: str | None = None
    ) -> Subscription:
        """Return the subscription; the same key gives the same one again.

        Raises QueryError, UnanchoredError, TooManyError, UnknownEndpointError and
        ReusedKeyError.
        """
        new = Subscription(
            id=subscription_id(reader.person, key) if key else f"sub_{uuid4().hex}",
            person=reader.person,
            kind=wish.kind,
            expression=wish.expression,
            endpoint_id=wish.endpoint_id,
            created=_milliseconds(self._clock.now()),
        )
        owned = await self._subscriptions.owned_by(reader.person)
        before = next((s for s in owned if s.id == new.id), None)
        if before:
            return self._same(before, wish)
        await self._check(new, owned)
        # First in memory, which refuses what cannot be matched. The store comes before
        # the answer, so whoever has the answer is matched, here and after a restart.
        self._standing.know(reader)
        self._standing.add(new)
        try:
            await self._subscriptions.add(new)
        except BaseException:
            self._standing.drop(new.id)
            raise
        return new

    async def _check(self, new: Subscription, owned: Sequence[Subscription]) -> None:
        if len(owned) >= self._limit:
            raise TooManyError(f"at most {self._limit} subscriptions a person")
        if new.endpoint_id:
            found = await self._endpoints.find([new.endpoint_id])
            endpoint = found.get(new.endpoint_id)
            if endpoint is None or endpoint.person != new.person:
                raise UnknownEndpointError(new.endpoint_id)

    def _same(self, before: Subscription, wish: Wish) -> Subscription:
        if Wish(before.kind, before.expression, before.endpoint_id) != wish:
            raise ReusedKeyError(before.id)
        return before


def _milliseconds(time: datetime) -> datetime:
    """Drop what a store may not keep, so that a repeated answer is the same."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


class Unsubscribe:
    """Forget a person's wish."""

    def __init__(self, subscriptions: Subscriptions, standing: Standing) -> None:
        self._subscriptions = subscriptions
        self._standing = standing

    async def __call__(self, subscription_id: str, reader: Reader) -> bool:
        """Return False where the person has no such subscription."""
        dropped = await self._subscriptions.drop(subscription_id, reader.person)
        if dropped:
            self._standing.drop(subscription_id)
        return dropped
