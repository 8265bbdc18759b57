"""Show what an item was tagged with to those who may see the item."""

from collections.abc import Iterable

from folkmoot_tagging.domain.tagged_items import TaggedItem
from folkmoot_tagging.ports import TaggedItems


class ReadTags:
    """Reads the tags of one item."""

    def __init__(self, tagged_items: TaggedItems) -> None:
        self._tagged_items = tagged_items

    async def __call__(
        self, item_id: str, principals: Iterable[str]
    ) -> TaggedItem | None:
        """Return the item's tags; None where it is unknown, retracted or not theirs."""
        return await self._tagged_items.read(item_id, principals)
