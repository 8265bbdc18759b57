"""What a search answers, ready to be shown."""

from dataclasses import dataclass

from folkmoot_query import Snippet

from folkmoot_search_index.domain.documents import Document
from folkmoot_search_index.domain.searches import Facets


@dataclass(frozen=True, slots=True)
class Hit:
    """One found item and the part of it that shows why."""

    document: Document
    title: Snippet | None
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class ResultPage:
    """One page of hits; `cursor` leads to the next one, `took` is in seconds."""

    search_id: str
    hits: tuple[Hit, ...]
    total: int
    facets: Facets
    cursor: str | None
    took: float
