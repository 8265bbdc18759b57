"""Kafka in: what notification hears of."""

from collections.abc import Sequence

from folkmoot_chassis.messages import Message
from folkmoot_chassis.transactions import Transaction
from folkmoot_events import ItemRetracted, ItemTagged

from folkmoot_notification.domain.telling import Tagging
from folkmoot_notification.use_cases.notify_people import NotifyPeople
from folkmoot_notification.use_cases.retract_items import RetractItems


class Handlers:
    """One method per event."""

    def __init__(
        self, notify_people: NotifyPeople, retract_items: RetractItems
    ) -> None:
        self._notify_people = notify_people
        self._retract_items = retract_items

    async def on_item_tagged(
        self, batch: Sequence[Message[ItemTagged]], transaction: Transaction
    ) -> None:
        """Tell people of items that they asked to be told of."""
        taggings = [
            Tagging(message.data, message.traceparent, message.replay)
            for message in batch
        ]
        await self._notify_people(taggings, transaction)

    async def on_item_retracted(
        self, batch: Sequence[Message[ItemRetracted]], transaction: Transaction
    ) -> None:
        """Take back what people were told."""
        await self._retract_items([message.data for message in batch], transaction)
