"""Show somebody an item, and all that was recorded of it."""

from folkmoot_events import Item

from folkmoot_ingest.ports import Entry, Readings


class ReadItem:
    """What a reader may not see does not exist for them."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    async def __call__(self, item_id: str, principals: frozenset[str]) -> Item | None:
        """Return the revision that stands for an item."""
        return await self._readings.item(item_id, principals)

    async def record(self, item_id: str, principals: frozenset[str]) -> list[Entry]:
        """Return what was recorded of an item, oldest first."""
        return await self._readings.entries(item_id, principals)
