"""Searches of the index, each in a thread."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from folkmoot_query import Node

from folkmoot_search_index.domain.readers import Reader
from folkmoot_search_index.domain.searches import IndexState, Ranked, Search
from folkmoot_search_index.gateways.tantivy_facets import count_facets
from folkmoot_search_index.gateways.tantivy_generations import TantivyGenerations
from folkmoot_search_index.gateways.tantivy_pages import Pages, count
from folkmoot_search_index.ports import Clock


class TantivySearchIndex:
    """Finds what a reader may see: hits, total and facets come of one query."""

    def __init__(
        self, generations: TantivyGenerations, clock: Clock, threads: int
    ) -> None:
        self._generations = generations
        self._clock = clock
        self._threads = ThreadPoolExecutor(threads, "search")

    async def search(self, search: Search) -> Ranked:
        """Return one page; raises IndexUnavailable."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._search, search)

    async def count(self, query: Node, reader: Reader) -> int:
        """Return how many items match that the reader may see."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._count, query, reader)

    async def state(self) -> IndexState:
        """Return how the index is."""
        generation = self._generations.in_use()
        searcher = generation.searcher()
        marks = 1  # the position is a document too
        return IndexState(
            generation=generation.directory.name,
            documents=max(0, searcher.num_docs - marks),
            segments=searcher.num_segments,
        )

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    def _search(self, search: Search) -> Ranked:
        generation = self._generations.in_use()
        searcher, compiler = generation.searcher(), generation.compiler
        query = compiler.visible(compiler.compile(search.query), search.reader)
        page = Pages(searcher, compiler, self._clock.now()).page(query, search)
        facets = count_facets(searcher, query) if search.facets else {}
        return Ranked(page.hits, page.total, facets, page.more)

    def _count(self, node: Node, reader: Reader) -> int:
        generation = self._generations.in_use()
        compiler = generation.compiler
        return count(
            generation.searcher(), compiler.visible(compiler.compile(node), reader)
        )
