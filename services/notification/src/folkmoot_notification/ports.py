"""What the use cases need of the world."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol, TypeVar

from folkmoot_events import Event

from folkmoot_notification.domain.deliveries import Answer, Delivery
from folkmoot_notification.domain.endpoints import Endpoint
from folkmoot_notification.domain.notifications import Excerpt, Notification
from folkmoot_notification.domain.readers import Reader
from folkmoot_notification.domain.subscriptions import Subscription
from folkmoot_notification.domain.telling import Told

T = TypeVar("T")


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class Transaction(Protocol):
    """A unit of work that is under way; `session` is the storage's own."""

    @property
    def session(self) -> Any:  # noqa: ANN401  only storage knows what it is
        """What storage needs to take part."""
        ...

    def publish(self, event: Event, *, traceparent: str | None = None) -> None:
        """Announce an event when the unit of work commits."""
        ...

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call back once the unit of work has committed."""
        ...


class Transactions(Protocol):
    """Runs units of work; each may run more than once and takes effect once."""

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Commit what `work` does."""
        ...


OVERLAP = timedelta(seconds=5)
"""How long after the time that it carries a change may become visible."""

PAST_OVERLAP = OVERLAP + timedelta(milliseconds=1)
"""The store keeps whole milliseconds."""


class Mark(NamedTuple):
    """Of the newest person and of the newest subscription read, when they changed.

    One for each, for they are read one after the other, however long that takes.
    """

    readers: datetime | None = None
    subscriptions: datetime | None = None

    def settled(self) -> "Mark":
        """Return the mark after which what it stands for is read no more."""
        readers, subscriptions = (moment and moment + PAST_OVERLAP for moment in self)
        return Mark(readers, subscriptions)


@dataclass(frozen=True, slots=True)
class Changes:
    """What became different since a mark; `mark` is where to go on from."""

    readers: Sequence[Reader]
    subscriptions: Sequence[Subscription]
    dropped: Sequence[str]
    mark: Mark

    def __bool__(self) -> bool:
        return bool(self.readers or self.subscriptions or self.dropped)


class Subscriptions(Protocol):
    """Everybody's standing wishes, and who they are."""

    async def keep_reader(self, reader: Reader) -> None:
        """Store a person, unless what is stored is from a newer token."""
        ...

    async def add(self, subscription: Subscription) -> None:
        """Store a subscription; the same again changes nothing."""
        ...

    async def find(self, subscription_id: str, person: str) -> Subscription | None:
        """Return a person's own subscription."""
        ...

    async def owned_by(self, person: str) -> Sequence[Subscription]:
        """Return a person's subscriptions, oldest first."""
        ...

    async def drop(self, subscription_id: str, person: str) -> bool:
        """Forget a person's own subscription; False where there is none."""
        ...

    async def changes(self, since: Mark) -> Changes:
        """Return what changed, in any replica, after `since` or `OVERLAP` before."""
        ...


class ToldItems(Protocol):
    """The newest revision of each item that somebody was told of."""

    async def find(self, ids: Collection[str], tx: Transaction) -> dict[str, Told]:
        """Return those that are known."""
        ...

    async def save(self, told: Collection[Told], tx: Transaction) -> None:
        """Store what is known now."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """What part of an inbox is asked for: newest first, below the position `before`."""

    limit: int
    before: int | None = None
    unread: bool = False


MOST_UNREAD = 1000
"""What is counted of an inbox; so many mean that, or more."""


class Notifications(Protocol):
    """Everybody's inbox. Who reads sees only what their principals may see now."""

    async def find(
        self, ids: Collection[str], tx: Transaction | None = None
    ) -> dict[str, Notification]:
        """Return notifications by id; retracted ones are left out."""
        ...

    async def write(
        self,
        new: Sequence[Notification],
        merged: Sequence[Notification],
        revised: Mapping[str, Excerpt],
        tx: Transaction,
    ) -> None:
        """Append `new`, give `merged` their reasons, show items as they are `revised`.

        Each new one gets the next position of its person's inbox.
        """
        ...

    async def retract(self, item_ids: Collection[str], tx: Transaction) -> None:
        """Remove all content of items."""
        ...

    async def mark_read(
        self, notification_id: str, reader: Reader, now: datetime, tx: Transaction
    ) -> tuple[Notification, bool] | None:
        """Return it, and whether it was unread till now; None where there is none."""
        ...

    async def page(self, reader: Reader, page: Page) -> Sequence[Notification]:
        """Return a page of a reader's inbox, newest first."""
        ...

    async def unread(self, reader: Reader) -> int:
        """Return how many a reader has not read, `MOST_UNREAD` at most."""
        ...

    async def after(
        self, reader: Reader, position: int, limit: int
    ) -> Sequence[Notification]:
        """Return what came after a position, oldest first."""
        ...

    async def positions(self, people: Collection[str]) -> dict[str, int]:
        """Return the last position of each person's inbox, 0 where it is empty."""
        ...


class Endpoints(Protocol):
    """Where people want to be told by machine."""

    async def add(self, endpoint: Endpoint) -> None:
        """Store an endpoint."""
        ...

    async def find(self, ids: Collection[str]) -> dict[str, Endpoint]:
        """Return endpoints by id."""
        ...

    async def owned_by(self, person: str) -> Sequence[Endpoint]:
        """Return a person's endpoints, oldest first."""
        ...

    async def remove(self, endpoint_id: str, person: str) -> bool:
        """Forget a person's own endpoint; False where there is none."""
        ...

    async def disable(self, endpoint_id: str, now: datetime, tx: Transaction) -> None:
        """Send an endpoint nothing more."""
        ...


class Deliveries(Protocol):
    """Messages on their way to endpoints, and the log of what became of them."""

    async def add(self, deliveries: Sequence[Delivery], tx: Transaction) -> None:
        """Store deliveries that are not stored yet."""
        ...

    async def due(
        self, now: datetime, limit: int, skip: Collection[str] = ()
    ) -> Sequence[Delivery]:
        """Return those whose attempt is due, the longest waiting first.

        `skip` are endpoints that have as many requests under way as they may.
        """
        ...

    async def lease(
        self, ids: Collection[str], now: datetime, until: datetime
    ) -> Sequence[Delivery]:
        """Take those that nobody else took; they are due again after `until`."""
        ...

    async def release(self) -> None:
        """Give back what an earlier process of this replica had taken."""
        ...

    async def settle(self, delivery: Delivery, tx: Transaction) -> bool:
        """Store the outcome of a leased delivery; False where it was cancelled."""
        ...

    async def cancel(self, item_ids: Collection[str], tx: Transaction) -> None:
        """Stop the pending deliveries of items."""
        ...

    async def find(self, delivery_id: str, person: str) -> Delivery | None:
        """Return a person's own delivery."""
        ...

    async def page(
        self, person: str, limit: int, before: Delivery | None
    ) -> Sequence[Delivery]:
        """Return a person's deliveries, newest first, from after `before` on.

        What one batch of items caused was created at one moment: ids decide then.
        """
        ...

    async def reopen(self, delivery: Delivery) -> bool:
        """Store a settled delivery as pending; False where it is pending already."""
        ...


class Webhooks(Protocol):
    """Sends signed messages to endpoints."""

    async def check(self, url: str) -> str | None:
        """Return why a URL may not be called, or None."""
        ...

    async def send(
        self, endpoint: Endpoint, delivery: Delivery, payload: Mapping[str, Any]
    ) -> Answer:
        """Make one attempt; failures are answers, not exceptions."""
        ...
