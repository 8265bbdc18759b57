"""Take back what people were told of an item that was withdrawn."""

from collections.abc import Sequence

from folkmoot_events import ItemRetracted

from folkmoot_notification.domain.telling import Told
from folkmoot_notification.ports import (
    Deliveries,
    Notifications,
    ToldItems,
    Transaction,
)


class RetractItems:
    """Blank the items' notifications, stop their deliveries, and remember."""

    def __init__(
        self, told: ToldItems, notifications: Notifications, deliveries: Deliveries
    ) -> None:
        self._told = told
        self._notifications = notifications
        self._deliveries = deliveries

    async def __call__(self, batch: Sequence[ItemRetracted], tx: Transaction) -> None:
        """Store the retractions; one older than what is known changes nothing."""
        known = await self._told.find({event.item_id for event in batch}, tx)
        gone: dict[str, Told] = {}
        for event in batch:
            told = gone.get(event.item_id) or known.get(event.item_id)
            if told is None or told.item_revision <= event.revision:
                gone[event.item_id] = Told(
                    event.item_id, event.revision, retracted=True
                )
        if not gone:
            return
        await self._told.save(gone.values(), tx)
        await self._notifications.retract(gone.keys(), tx)
        await self._deliveries.cancel(gone.keys(), tx)
