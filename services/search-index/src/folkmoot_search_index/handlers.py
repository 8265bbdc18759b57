"""Kafka in: what search-index hears of."""

from collections.abc import Sequence

from folkmoot_chassis.messages import Message
from folkmoot_chassis.transactions import Transaction
from folkmoot_events import ItemRetracted, ItemTagged

from folkmoot_search_index.domain.documents import document_of, tombstone_of
from folkmoot_search_index.use_cases.keep_documents import KeepDocuments


class Handlers:
    """One method per event."""

    def __init__(self, keep_documents: KeepDocuments) -> None:
        self._keep_documents = keep_documents

    async def on_item_tagged(
        self, batch: Sequence[Message[ItemTagged]], transaction: Transaction
    ) -> None:
        """Keep items with their tags."""
        await self._keep_documents(
            (document_of(message.data, message.body) for message in batch), transaction
        )

    async def on_item_retracted(
        self, batch: Sequence[Message[ItemRetracted]], transaction: Transaction
    ) -> None:
        """Let go of items, leaving a tombstone each."""
        await self._keep_documents(
            (tombstone_of(message.data) for message in batch), transaction
        )
