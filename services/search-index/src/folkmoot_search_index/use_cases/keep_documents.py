"""Keep the newest word on each item."""

from collections.abc import Iterable

from folkmoot_search_index.domain.documents import Entry
from folkmoot_search_index.ports import Documents, Transaction


class KeepDocuments:
    """Stores whatever is newer than what is known, in whichever order it arrives."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def __call__(
        self, entries: Iterable[Entry], transaction: Transaction
    ) -> None:
        """Store the newest entry of each item, unless a newer one is stored."""
        newest: dict[str, Entry] = {}
        for entry in entries:
            rival = newest.get(entry.id)
            if rival is None or entry.version > rival.version:
                newest[entry.id] = entry
        known = await self._documents.versions(list(newest), transaction)
        news = [
            entry
            for entry in newest.values()
            if entry.id not in known or entry.version > known[entry.id]
        ]
        await self._documents.put(news, known.keys(), transaction)
