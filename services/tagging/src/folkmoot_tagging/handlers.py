"""Kafka in: what tagging hears of."""

from collections.abc import Sequence

from folkmoot_chassis.messages import Message
from folkmoot_chassis.transactions import Transaction

from folkmoot_tagging.domain.tagged_items import ItemEvent
from folkmoot_tagging.use_cases.tag_items import TagItems


class Handlers:
    """One method per subject."""

    def __init__(self, tag_items: TagItems) -> None:
        self._tag_items = tag_items

    async def on_item_events(
        self, batch: Sequence[Message[ItemEvent]], transaction: Transaction
    ) -> None:
        """Tag captured and revised items, forget retracted ones."""
        await self._tag_items([message.data for message in batch], transaction)
