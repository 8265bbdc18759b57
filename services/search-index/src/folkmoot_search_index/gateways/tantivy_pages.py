"""One page of hits, by relevance or by time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tantivy import DocAddress, Query, Searcher, SearchResult

from folkmoot_search_index.domain.cursors import DEEPEST, Cursor, Newest, Relevance
from folkmoot_search_index.domain.recency import microseconds
from folkmoot_search_index.domain.searches import Search
from folkmoot_search_index.gateways import tantivy_schema as schema
from folkmoot_search_index.gateways.tantivy_queries import Compiler

REORDERED: Final = 200
"""Among so many best hits, those of equal score are put in order of time."""

SCORE_DIGITS: Final = 4
"""Scores that differ by less are equal."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the hits, how many there are in all, and where to go on."""

    hits: tuple[str, ...]
    total: int
    more: Cursor | None


class Pages:
    """Reads pages from one view of the index."""

    def __init__(self, searcher: Searcher, compiler: Compiler, now: datetime) -> None:
        self._searcher = searcher
        self._compiler = compiler
        self._now = now

    def page(self, query: Query, search: Search) -> Page:
        """Return the page that `search` asks for of the hits of `query`."""
        if search.sort == "newest":
            after = search.after if isinstance(search.after, Newest) else None
            return self._newest(query, search.size, after)
        after_best = search.after if isinstance(search.after, Relevance) else None
        return self._best(query, search.size, after_best)

    def _newest(self, query: Query, size: int, after: Newest | None) -> Page:
        """Take up at the last item's place in time, whatever came before it since."""
        rest = query
        if after is not None:
            rest = self._compiler.at_most(query, schema.RECENCY, after.recency)
        found = self._searcher.search(
            rest,
            limit=size + 1,
            offset=0 if after is None else after.skip,
            order_by_field=schema.RECENCY,
        )
        hits = found.hits[:size]
        more = None
        if len(found.hits) > size:
            last = int(hits[-1][0])
            skip = sum(recency == last for recency, _ in hits)
            if after is not None and after.recency == last:
                skip += after.skip
            more = Newest(last, skip)
        total = count(self._searcher, query) if after else _total(found)
        return Page(self._ids(address for _, address in hits), total, more)

    def _best(self, query: Query, size: int, after: Relevance | None) -> Page:
        """Count from the start, leaving out what was captured since the first page."""
        within, offset = query, 0
        if after is not None:
            within = self._compiler.at_most(query, schema.CAPTURED, after.as_of)
            offset = after.offset
        end = offset + size
        found = self._searcher.search(within, limit=max(end, REORDERED))
        ranked = self._newest_first_among_equals(found.hits)
        page, total = ranked[offset:end], _total(found)
        more = None
        if end < min(total, DEEPEST):
            more = Relevance(end, after.as_of if after else self._as_of(page))
        return Page(self._ids(page), total, more)

    def _as_of(self, page: list[DocAddress]) -> int:
        """Return the present, or what ingest's clock says if that is ahead."""
        captured = self._searcher.fast_field_values(schema.CAPTURED, page)
        return max(microseconds(self._now), *(int(each or 0) for each in captured))

    def _newest_first_among_equals(
        self, hits: list[tuple[float, DocAddress]]
    ) -> list[DocAddress]:
        addresses = [address for _, address in hits]
        scores = [round(score, SCORE_DIGITS) for score, _ in hits[:REORDERED]]
        times = self._searcher.fast_field_values(schema.RECENCY, addresses[:REORDERED])
        order = sorted(
            range(len(scores)), key=lambda n: (-scores[n], -int(times[n] or 0))
        )
        return [addresses[n] for n in order] + addresses[REORDERED:]

    def _ids(self, hits: Iterable[DocAddress]) -> tuple[str, ...]:
        return tuple(
            str(self._searcher.doc(address).get_first(schema.ID)) for address in hits
        )


def count(searcher: Searcher, query: Query) -> int:
    """Return how many hits there are."""
    return _total(searcher.search(query, limit=1))


def _total(found: SearchResult) -> int:
    total: int = found.count  # type: ignore[attr-defined]  # missing in the stubs
    return total
