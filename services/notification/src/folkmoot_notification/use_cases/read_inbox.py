"""Show a person their inbox, and remember what they have read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from folkmoot_events import NotificationRead

from folkmoot_notification.domain.notifications import Notification
from folkmoot_notification.domain.readers import Reader
from folkmoot_notification.ports import (
    Clock,
    Notifications,
    Page,
    Transaction,
    Transactions,
)


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page, how many are unread (up to a limit), and the newest one's position.

    `more` says that another page follows.
    """

    items: Sequence[Notification]
    more: bool
    unread: int
    position: int


class ReadInbox:
    """Show pages of an inbox."""

    def __init__(self, notifications: Notifications) -> None:
        self._notifications = notifications

    async def __call__(self, reader: Reader, page: Page) -> Inbox:
        """Return one page.

        The position is taken first: whoever follows from there misses nothing.
        """
        positions = await self._notifications.positions([reader.person])
        one_more = replace(page, limit=page.limit + 1)
        found = await self._notifications.page(reader, one_more)
        return Inbox(
            items=found[: page.limit],
            more=len(found) > page.limit,
            unread=await self._notifications.unread(reader),
            position=positions[reader.person],
        )


class MarkRead:
    """Mark a notification as read, and say so once."""

    def __init__(
        self, notifications: Notifications, transactions: Transactions, clock: Clock
    ) -> None:
        self._notifications = notifications
        self._transactions = transactions
        self._clock = clock

    async def __call__(
        self, notification_id: str, reader: Reader
    ) -> Notification | None:
        """Return the notification; None where the reader has no such one."""
        now = self._clock.now()

        async def work(tx: Transaction) -> Notification | None:
            found = await self._notifications.mark_read(
                notification_id, reader, now, tx
            )
            if found is None:
                return None
            notification, was_unread = found
            if was_unread:
                tx.publish(_read(notification))
            return notification

        return await self._transactions.run(work)


def _read(notification: Notification) -> NotificationRead:
    if notification.read is None:
        raise ValueError(f"{notification.id} is unread")
    return NotificationRead(
        subscription_id=notification.reasons[0].subscription_id,
        notification_id=notification.id,
        revision=2,
        company=notification.company,
        person_id=notification.person,
        item_id=notification.excerpt.item_id,
        channel="inbox",
        read=notification.read,
    )
