"""Tell people of the items that they asked to be told of."""

from collections.abc import Awaitable, Callable, Sequence

from folkmoot_events import NotificationDelivered

from folkmoot_notification.domain.identities import notification_id
from folkmoot_notification.domain.notifications import Notification
from folkmoot_notification.domain.standing import Standing
from folkmoot_notification.domain.telling import Tagging, Telling, newly_told
from folkmoot_notification.ports import (
    Clock,
    Deliveries,
    Notifications,
    ToldItems,
    Transaction,
)


class NotifyPeople:
    """Match a batch of tagged items; write inbox entries and deliveries in one go.

    `catch_up` returns all wishes that were there when it was called, for another
    replica may have taken one in before the items came. `told_of` is called with what
    is new, once that is committed.
    """

    def __init__(
        self,
        catch_up: Callable[[], Awaitable[Standing]],
        told: ToldItems,
        notifications: Notifications,
        deliveries: Deliveries,
        clock: Clock,
        told_of: Callable[[Sequence[Notification]], None],
    ) -> None:
        self._catch_up = catch_up
        self._told = told
        self._notifications = notifications
        self._deliveries = deliveries
        self._clock = clock
        self._told_of = told_of

    async def __call__(self, batch: Sequence[Tagging], tx: Transaction) -> None:
        """Store what the batch adds; safe to repeat with the same items."""
        standing = await self._catch_up()
        heard = [(tagging, standing.audience(tagging.event)) for tagging in batch]
        touched = {
            tagging.event.item.id
            for tagging, audience in heard
            if audience or not tagging.first
        }
        if not touched:
            return
        told = await self._told.find(touched, tx)
        known = await self._notifications.find(
            {
                notification_id(person, tagging.event.item.id)
                for tagging, audience in heard
                for person in audience
                if tagging.event.item.id in told
            },
            tx,
        )
        telling = Telling(told, known, self._clock.now())
        for tagging, audience in heard:
            telling.add(tagging, audience)
        await self._write(telling, tx)

    async def _write(self, telling: Telling, tx: Transaction) -> None:
        await self._told.save(telling.changed.values(), tx)
        new, merged = list(telling.new.values()), list(telling.merged.values())
        await self._notifications.write(new, merged, telling.revised, tx)
        await self._deliveries.add(list(telling.deliveries.values()), tx)
        self._announce(telling, tx)
        tx.on_commit(lambda: self._told_of(new))

    def _announce(self, telling: Telling, tx: Transaction) -> None:
        for notification, reason in newly_told(telling):
            tx.publish(
                NotificationDelivered(
                    subscription_id=reason.subscription_id,
                    notification_id=notification.id,
                    revision=1,
                    company=notification.company,
                    person_id=notification.person,
                    item_id=notification.excerpt.item_id,
                    channel="inbox",
                    attempts=1,
                    delivered=notification.created,
                ),
                traceparent=notification.traceparent,
            )
