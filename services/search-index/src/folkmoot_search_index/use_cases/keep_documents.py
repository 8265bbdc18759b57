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
            id_ = entry.id
            rival = newest.get(id_)
            if rival is None or entry.version > rival.version:
                newest[id_] = entry
        known = await self._documents.versions(list(newest), transaction)
        news = [
            entry
            for id_, entry in newest.items()
            if id_ not in known or entry.version > known[id_]
        ]
        await self._documents.put(news, known.keys(), transaction)
