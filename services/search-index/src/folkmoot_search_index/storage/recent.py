"""Documents that this process has just stored, so that it need not read them back."""

from collections import OrderedDict
from collections.abc import Iterable

from folkmoot_search_index.domain.documents import Document, Entry, Version

MOST = 4000
LONGEST = 64 * 1024
"""Characters; a longer text is not worth the room."""


class RecentDocuments:
    """Hands each document over once, and forgets the oldest when there are too many.

    One that was added in a transaction that came to nothing does no harm: it is handed
    over only for a change to the very version that it is.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._documents: OrderedDict[str, Document] = OrderedDict()

    def add(self, entries: Iterable[Entry]) -> None:
        """Keep documents for whoever follows the changes."""
        for entry in entries:
            if isinstance(entry, Document) and len(entry.item.text) <= LONGEST:
                self._documents[entry.id] = entry
        while len(self._documents) > self._most:
            self._documents.popitem(last=False)

    def take(self, item_id: str, version: Version) -> Document | None:
        """Return a document of a version, if it is still here."""
        document = self._documents.get(item_id)
        if document is None or document.version != version:
            return None
        return self._documents.pop(item_id)
