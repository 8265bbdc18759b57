"""Search the items that a reader may see."""

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from uuid import uuid4

from folkmoot_events import SearchPerformed
from folkmoot_query import Node, highlight, parse
from folkmoot_query.syntax import And, Equals, Not, Or

from folkmoot_search_index.domain import cursors
from folkmoot_search_index.domain.documents import Document
from folkmoot_search_index.domain.fields import FIELDS
from folkmoot_search_index.domain.pages import Hit, ResultPage
from folkmoot_search_index.domain.readers import Reader
from folkmoot_search_index.domain.searches import Search, Sort
from folkmoot_search_index.ports import Clock, Documents, SearchIndex, SearchLog


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader typed and chose."""

    text: str
    size: int = 20
    sort: Sort = "relevance"
    cursor: str | None = None
    facets: bool = True


class SearchItems:
    """Finds items, shows why they were found, and notes that somebody searched."""

    def __init__(
        self, index: SearchIndex, documents: Documents, log: SearchLog, clock: Clock
    ) -> None:
        self._index = index
        self._documents = documents
        self._log = log
        self._clock = clock

    async def __call__(self, asked: Asked, reader: Reader) -> ResultPage:
        """Return one page. Raises QueryError, BadCursor and IndexUnavailable."""
        begun = perf_counter()
        query = parse(asked.text, FIELDS)
        after = cursors.decode(asked.cursor) if asked.cursor else None
        search = Search(query, reader, asked.size, asked.sort, after, asked.facets)
        ranked = await self._index.search(search)
        found = await self._documents.read(ranked.hits)
        page = ResultPage(
            search_id=f"srch_{uuid4().hex}",
            hits=tuple(
                _hit(found[item_id], query)
                for item_id in ranked.hits
                if item_id in found
                # Retracted or withdrawn from this reader since the last commit.
                and reader.may_read(found[item_id].item.visibility)
            ),
            total=ranked.total,
            facets=ranked.facets,
            cursor=cursors.encode(ranked.more) if ranked.more else None,
            took=perf_counter() - begun,
        )
        self._note(asked, query, reader, page)
        return page

    def _note(
        self, asked: Asked, query: Node, reader: Reader, page: ResultPage
    ) -> None:
        self._log.add(
            SearchPerformed(
                search_id=page.search_id,
                company=reader.company,
                query=asked.text,
                tags=tuple(dict.fromkeys(_tags(query))),
                total=page.total,
                shown=tuple(hit.document.id for hit in page.hits),
                took=page.took,
                performed=self._clock.now(),
            )
        )


def _hit(document: Document, query: Node) -> Hit:
    item = document.item
    title = highlight(item.title, query, "title") if item.title else None
    return Hit(document, title, highlight(item.text, query, "text"))


def _tags(node: Node) -> Iterator[str]:
    """Yield the tags that a query asks for."""
    match node:
        case Equals(field="tag", value=value):
            yield value
        case And(operands=operands) | Or(operands=operands):
            for operand in operands:
                yield from _tags(operand)
        case Not():
            return
        case _:
            return
