"""What the API answers with."""

from datetime import datetime
from typing import Self

from folkmoot_events import Frozen, Item, PersonRef, Tag
from folkmoot_query import Snippet
from pydantic import Field

from folkmoot_search_index.domain.documents import Document
from folkmoot_search_index.domain.pages import Hit, ResultPage


class Excerpt(Frozen):
    """A part of a text, and what of it matched."""

    text: str
    highlights: tuple[tuple[int, int], ...] = Field(
        description="Ranges of `text` in Unicode code points, end exclusive."
    )

    @classmethod
    def of(cls, snippet: Snippet) -> Self:
        """Show a snippet."""
        return cls(text=snippet.text, highlights=snippet.ranges)


class HitAnswer(Frozen):
    """A found item."""

    item_id: str
    title: Excerpt | None
    snippet: Excerpt
    author: PersonRef
    company: str
    source: str
    tool: str
    kind: str
    conversation_id: str
    published: datetime
    permalink: str | None
    tags: tuple[Tag, ...]

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """Show a hit."""
        item = hit.document.item
        return cls(
            item_id=item.id,
            title=Excerpt.of(hit.title) if hit.title else None,
            snippet=Excerpt.of(hit.snippet),
            author=item.author,
            company=item.company,
            source=item.source,
            tool=item.tool,
            kind=item.kind,
            conversation_id=item.conversation_id,
            published=item.published,
            permalink=item.permalink,
            tags=hit.document.tags,
        )


class FacetAnswer(Frozen):
    """A value, as people read it, and how many of all hits have it."""

    value: str
    label: str
    count: int


class SearchAnswer(Frozen):
    """One page of what was found."""

    search_id: str
    hits: tuple[HitAnswer, ...]
    total: int = Field(description="Hits in all that the reader may see.")
    facets: dict[str, tuple[FacetAnswer, ...]]
    cursor: str | None = Field(description="Leads to the next page; null at the end.")
    took: float = Field(description="Seconds.")

    @classmethod
    def of(cls, page: ResultPage) -> Self:
        """Show a page."""
        return cls(
            search_id=page.search_id,
            hits=tuple(map(HitAnswer.of, page.hits)),
            total=page.total,
            facets={
                name: tuple(
                    FacetAnswer(value=each.value, label=each.label, count=each.count)
                    for each in values
                )
                for name, values in page.facets.items()
            },
            cursor=page.cursor,
            took=page.took,
        )


class ItemAnswer(Frozen):
    """An item with its tags."""

    item: Item
    tags: tuple[Tag, ...]
    tag_revision: int
    tagged: datetime

    @classmethod
    def of(cls, document: Document) -> Self:
        """Show a document."""
        return cls(
            item=document.item,
            tags=document.tags,
            tag_revision=document.tag_revision,
            tagged=document.tagged,
        )


class IndexAnswer(Frozen):
    """How the index is."""

    generation: str
    documents: int
    segments: int
    stored: int = Field(description="Entries of the store, tombstones among them.")


class StatsAnswer(Frozen):
    """What can be searched."""

    searchable: int = Field(description="Items that the reader may see.")
    index: IndexAnswer | None = Field(description="For operators only.")
