"""Read one item."""

from folkmoot_search_index.domain.documents import Document
from folkmoot_search_index.domain.readers import Reader
from folkmoot_search_index.ports import Documents


class ReadItem:
    """Shows an item to those who may see it; to others it does not exist."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def __call__(self, item_id: str, reader: Reader) -> Document | None:
        """Return the item with its tags; None if there is none for this reader."""
        document = (await self._documents.read([item_id])).get(item_id)
        if document is None or not reader.may_read(document.item.visibility):
            return None
        return document
