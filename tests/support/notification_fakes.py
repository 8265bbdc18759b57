# ruff: noqa: ARG002  a fake takes what its port is given
"""The stores of notification in memory, a clock to turn and a world to answer."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from folkmoot_events import Event
from folkmoot_notification.domain.deliveries import Answer, Delivery
from folkmoot_notification.domain.endpoints import Endpoint
from folkmoot_notification.domain.notifications import Excerpt, Notification
from folkmoot_notification.domain.readers import Reader
from folkmoot_notification.domain.subscriptions import Subscription
from folkmoot_notification.domain.telling import Told
from folkmoot_notification.ports import OVERLAP, Changes, Mark, Page, Transaction

T = TypeVar("T")
START = datetime(2026, 3, 2, 10, tzinfo=UTC)


@dataclass
class ManualClock:
    time: datetime = START

    def now(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class FakeTransaction:
    session: Any = None
    published: list[tuple[Event, str | None]] = field(default_factory=list)
    callbacks: list[Callable[[], None]] = field(default_factory=list)

    def publish(self, event: Event, *, traceparent: str | None = None) -> None:
        self.published.append((event, traceparent))

    def on_commit(self, callback: Callable[[], None]) -> None:
        self.callbacks.append(callback)


@dataclass
class FakeTransactions:
    published: list[tuple[Event, str | None]] = field(default_factory=list)
    fail: int = 0

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        if self.fail:
            self.fail -= 1
            raise ConnectionError("no primary")
        tx = FakeTransaction()
        result = await work(tx)
        self.published += tx.published
        for callback in tx.callbacks:
            callback()
        return result


class FakeSubscriptions:
    def __init__(self) -> None:
        self.readers: dict[str, Reader] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.dropped: list[str] = []
        self.full = False
        self.changed: datetime | None = None
        self.asked: list[datetime | None] = []

    async def keep_reader(self, reader: Reader) -> None:
        self.readers[reader.person] = reader

    async def add(self, subscription: Subscription) -> None:
        if self.full:
            raise ConnectionError("no space left")
        self.subscriptions[subscription.id] = subscription

    async def find(self, subscription_id: str, person: str) -> Subscription | None:
        found = self.subscriptions.get(subscription_id)
        return found if found and found.person == person else None

    async def owned_by(self, person: str) -> Sequence[Subscription]:
        owned = [s for s in self.subscriptions.values() if s.person == person]
        return sorted(owned, key=lambda s: s.created)

    async def drop(self, subscription_id: str, person: str) -> bool:
        if await self.find(subscription_id, person) is None:
            return False
        del self.subscriptions[subscription_id]
        self.dropped.append(subscription_id)
        return True

    async def changes(self, since: Mark) -> Changes:
        self.asked.append(since.subscriptions)
        after = since.subscriptions
        if after and self.changed and after - OVERLAP > self.changed:
            return Changes((), (), (), since)
        return Changes(
            list(self.readers.values()),
            list(self.subscriptions.values()),
            self.dropped,
            Mark(self.changed, self.changed) if self.changed else since,
        )


class FakeToldItems:
    def __init__(self) -> None:
        self.told: dict[str, Told] = {}

    async def find(self, ids: Collection[str], tx: Transaction) -> dict[str, Told]:
        return {key: told for key, told in self.told.items() if key in ids}

    async def save(self, told: Collection[Told], tx: Transaction) -> None:
        self.told |= {one.item_id: one for one in told}


BLANK: dict[str, Any] = {
    "author_id": "",
    "author_name": "",
    "title": None,
    "snippet": "",
    "permalink": None,
    "visibility": (),
}


class FakeNotifications:
    def __init__(self) -> None:
        self.all: dict[str, Notification] = {}
        self.last: defaultdict[str, int] = defaultdict(int)

    async def find(
        self, ids: Collection[str], tx: Transaction | None = None
    ) -> dict[str, Notification]:
        return {key: one for key, one in self.all.items() if key in ids}

    async def write(
        self,
        new: Sequence[Notification],
        merged: Sequence[Notification],
        revised: Mapping[str, Excerpt],
        tx: Transaction,
    ) -> None:
        for one in self.all.values():
            shown = revised.get(one.excerpt.item_id, one.excerpt)
            self.all[one.id] = replace(one, excerpt=shown)
        for one in merged:
            kept = replace(self.all[one.id], reasons=one.reasons)
            self.all[one.id] = replace(kept, endpoints=one.endpoints)
        for one in new:
            assert one.id not in self.all
            self.last[one.person] += 1
            self.all[one.id] = replace(one, position=self.last[one.person])

    async def retract(self, item_ids: Collection[str], tx: Transaction) -> None:
        for one in self.all.values():
            if one.excerpt.item_id in item_ids:
                self.all[one.id] = replace(one, excerpt=replace(one.excerpt, **BLANK))

    async def mark_read(
        self, notification_id: str, reader: Reader, now: datetime, tx: Transaction
    ) -> tuple[Notification, bool] | None:
        one = next((n for n in self._of(reader) if n.id == notification_id), None)
        if one is None:
            return None
        self.all[one.id] = replace(one, read=one.read or now)
        return self.all[one.id], one.read is None

    async def page(self, reader: Reader, page: Page) -> Sequence[Notification]:
        found = [
            one
            for one in reversed(self._of(reader))
            if (page.before is None or one.position < page.before)
            and not (page.unread and one.read)
        ]
        return found[: page.limit]

    async def unread(self, reader: Reader) -> int:
        return sum(one.read is None for one in self._of(reader))

    async def after(
        self, reader: Reader, position: int, limit: int
    ) -> Sequence[Notification]:
        return [n for n in self._of(reader) if n.position > position][:limit]

    async def positions(self, people: Collection[str]) -> dict[str, int]:
        return {person: self.last[person] for person in people}

    def _of(self, reader: Reader) -> list[Notification]:
        own = [
            one
            for one in self.all.values()
            if one.person == reader.person and reader.may_read(one.excerpt.visibility)
        ]
        return sorted(own, key=lambda one: one.position)


class FakeEndpoints:
    def __init__(self, *endpoints: Endpoint) -> None:
        self.all = {endpoint.id: endpoint for endpoint in endpoints}

    async def add(self, endpoint: Endpoint) -> None:
        self.all[endpoint.id] = endpoint

    async def find(self, ids: Collection[str]) -> dict[str, Endpoint]:
        return {key: one for key, one in self.all.items() if key in ids}

    async def owned_by(self, person: str) -> Sequence[Endpoint]:
        return [one for one in self.all.values() if one.person == person]

    async def remove(self, endpoint_id: str, person: str) -> bool:
        own = [one.id for one in await self.owned_by(person)]
        return endpoint_id in own and bool(self.all.pop(endpoint_id))

    async def disable(self, endpoint_id: str, now: datetime, tx: Transaction) -> None:
        one = self.all[endpoint_id]
        self.all[endpoint_id] = replace(one, disabled=one.disabled or now)


class FakeDeliveries:
    def __init__(self) -> None:
        self.all: dict[str, Delivery] = {}
        self.leased: set[str] = set()

    async def add(self, deliveries: Sequence[Delivery], tx: Transaction) -> None:
        self.all |= {one.id: one for one in deliveries}

    async def due(
        self, now: datetime, limit: int, skip: Collection[str] = ()
    ) -> Sequence[Delivery]:
        found = [
            one
            for one in self.all.values()
            if one.state == "pending" and one.due <= now and one.endpoint_id not in skip
        ]
        return sorted(found, key=lambda one: one.due)[:limit]

    async def lease(
        self, ids: Collection[str], now: datetime, until: datetime
    ) -> Sequence[Delivery]:
        free = [one for one in await self.due(now, len(self.all)) if one.id in ids]
        taken = {one.id: replace(one, due=until, begun=one.begun + 1) for one in free}
        self.all |= taken
        self.leased |= taken.keys()
        return list(taken.values())

    async def release(self) -> None:
        for key in self.leased:
            self.all[key] = replace(self.all[key], due=self.all[key].created)
        self.leased.clear()

    async def settle(self, delivery: Delivery, tx: Transaction) -> bool:
        before = self.all[delivery.id]
        if (before.state, before.begun) != ("pending", delivery.begun):
            return False
        self.all[delivery.id] = delivery
        self.leased.discard(delivery.id)
        return True

    async def cancel(self, item_ids: Collection[str], tx: Transaction) -> None:
        for one in self.all.values():
            if one.item_id in item_ids and one.state == "pending":
                self.all[one.id] = replace(one, state="cancelled")

    async def find(self, delivery_id: str, person: str) -> Delivery | None:
        found = self.all.get(delivery_id)
        return found if found and found.person == person else None

    async def page(
        self, person: str, limit: int, before: Delivery | None
    ) -> Sequence[Delivery]:
        own = [
            one
            for one in self.all.values()
            if one.person == person and (before is None or _age(one) < _age(before))
        ]
        return sorted(own, key=_age, reverse=True)[:limit]

    async def reopen(self, delivery: Delivery) -> bool:
        if self.all[delivery.id].state not in {"delivered", "failed"}:
            return False
        self.all[delivery.id] = delivery
        return True


class FakeWebhooks:
    """Answers every message with the next of `answers`, then with 200."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, str, Mapping[str, Any]]] = []

    async def check(self, url: str) -> str | None:
        return None if url.startswith("https://") else "only https is allowed"

    async def send(
        self, endpoint: Endpoint, delivery: Delivery, payload: Mapping[str, Any]
    ) -> Answer:
        self.sent.append((endpoint.id, delivery.id, payload))
        return self.answers.pop(0) if self.answers else Answer(200, None, 0.1)


def _age(delivery: Delivery) -> tuple[datetime, str]:
    return delivery.created, delivery.id
