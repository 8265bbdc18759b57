"""Count what can be searched."""

from dataclasses import dataclass

from folkmoot_query.syntax import Everything

from folkmoot_search_index.domain.readers import Reader
from folkmoot_search_index.domain.searches import IndexState
from folkmoot_search_index.ports import Documents, SearchIndex


@dataclass(frozen=True, slots=True)
class Counts:
    """What a reader may see, and what there is in all."""

    searchable: int
    stored: int
    index: IndexState


class CountItems:
    """Counts items, for one reader and in all."""

    def __init__(self, index: SearchIndex, documents: Documents) -> None:
        self._index = index
        self._documents = documents

    async def __call__(self, reader: Reader) -> Counts:
        """Return the counts; raises IndexUnavailable."""
        return Counts(
            searchable=await self._index.count(Everything(), reader),
            stored=await self._documents.count(),
            index=await self._index.state(),
        )
