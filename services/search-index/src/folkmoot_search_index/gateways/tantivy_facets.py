"""How the hits divide over companies, sources, authors, tags, tools and kinds."""

from collections import Counter
from typing import Any, Final

from tantivy import Query, Searcher

from folkmoot_search_index.domain.searches import (
    FACET_VALUES,
    FACETS,
    Facets,
    FacetValue,
)
from folkmoot_search_index.gateways.tantivy_documents import LABEL
from folkmoot_search_index.gateways.tantivy_schema import facet_of

ASKED: Final = 5 * FACET_VALUES
"""More than are shown: values that differ in their label alone are added up."""

EXACT: Final = 20_000
"""Values that a segment may report; counts are exact below so many of a field."""

REQUEST: Final = {
    name: {
        "terms": {"field": facet_of(name), "size": ASKED, "segment_size": EXACT},
    }
    for name in FACETS
}


def count_facets(searcher: Searcher, query: Query) -> Facets:
    """Count the commonest values of each facet among the hits of `query`."""
    counted = searcher.aggregate(query, REQUEST)
    return {name: _values(counted[name]["buckets"]) for name in FACETS}


def _values(buckets: list[dict[str, Any]]) -> tuple[FacetValue, ...]:
    counts: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for bucket in buckets:
        value, _, label = bucket["key"].partition(LABEL)
        counts[value] += bucket["doc_count"]
        labels.setdefault(value, label or value)
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple(
        FacetValue(value, labels[value], number)
        for value, number in ranked[:FACET_VALUES]
    )
