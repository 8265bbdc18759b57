"""What is asked of the index and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from folkmoot_query import Node

from folkmoot_search_index.domain.cursors import Cursor
from folkmoot_search_index.domain.readers import Reader

Sort = Literal["relevance", "newest"]

FACETS = ("company", "source", "author", "tag", "tool", "kind")
FACET_VALUES = 10
LARGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Search:
    """One page of what a reader looks for."""

    query: Node
    reader: Reader
    size: int
    sort: Sort = "relevance"
    after: Cursor | None = None
    facets: bool = True


@dataclass(frozen=True, slots=True)
class FacetValue:
    """How many of the hits have a value; `label` is the value as people read it."""

    value: str
    label: str
    count: int


Facets = Mapping[str, tuple[FacetValue, ...]]


@dataclass(frozen=True, slots=True)
class Ranked:
    """The ids of one page, and what all hits add up to.

    No scores: how rare a word is counts what the reader may not see, too.
    """

    hits: tuple[str, ...]
    total: int
    facets: Facets
    more: Cursor | None


@dataclass(frozen=True, slots=True)
class IndexState:
    """How the index is, for operators."""

    generation: str
    documents: int
    segments: int
