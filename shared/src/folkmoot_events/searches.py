"""Stream `folkmoot.searches.v1`: what people looked for, and whether it helped."""

from typing import ClassVar

from pydantic import Field

from folkmoot_events.envelope import CompanyId, Event, ItemId, Moment, Revision

TOPIC = "folkmoot.searches.v1"


class SearchPerformed(Event):
    """Somebody searched; the query is told, who asked is not."""

    type: ClassVar[str] = "folkmoot.search.performed.v1"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "search_id"

    search_id: str = Field(description="Unique per search.")
    revision: Revision = Field(
        default=1, description="Counts up with each event about this search."
    )
    company: CompanyId = Field(description="Id of the searcher's company.")
    query: str = Field(description="As typed, in the query language.")
    tags: tuple[str, ...] = Field(default=(), description="Tag ids the query named.")
    total: int = Field(ge=0, description="Hits that the reader may see.")
    shown: tuple[ItemId, ...] = Field(default=(), description="Item ids on this page.")
    took: float = Field(ge=0, description="Seconds.")
    performed: Moment = Field(description="When it was answered; RFC 3339.")


class ResultOpened(Event):
    """A hit of a search was opened."""

    type: ClassVar[str] = "folkmoot.result.opened.v1"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "search_id"

    search_id: str = Field(description="The search that showed the hit.")
    revision: Revision = Field(
        description="Counts up with each event about this search."
    )
    company: CompanyId = Field(description="Id of the searcher's company.")
    item_id: ItemId
    position: int = Field(ge=1, description="Rank at which it stood.")
    opened: Moment = Field(description="When; RFC 3339.")
