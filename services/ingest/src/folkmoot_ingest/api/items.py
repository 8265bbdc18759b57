"""`GET /v1/items/{id}` and its record."""

from fastapi import APIRouter
from folkmoot_chassis.problems import Problem
from folkmoot_events import Item
from pydantic import AwareDatetime, BaseModel

from folkmoot_ingest.api.callers import Reader
from folkmoot_ingest.ports import Entry
from folkmoot_ingest.use_cases.read_item import ReadItem


class EntryAnswer(BaseModel):
    """One line of an item's record; `revision` is null for what came too late."""

    revision: int | None
    outcome: str
    content_hash: str
    previous_hash: str | None
    recorded: AwareDatetime
    item: Item | None

    @classmethod
    def of(cls, entry: Entry) -> "EntryAnswer":
        """Show an entry."""
        return cls(
            revision=entry.revision,
            outcome=entry.outcome,
            content_hash=entry.content_hash,
            previous_hash=entry.previous_hash,
            recorded=entry.recorded,
            item=entry.item,
        )


class RecordAnswer(BaseModel):
    """The record of an item, oldest first."""

    entries: list[EntryAnswer]


def item_routes(read_item: ReadItem) -> APIRouter:
    """Return the routes of items."""
    router = APIRouter(prefix="/v1/items")

    @router.get("/{item_id}")
    async def item(item_id: str, reader: Reader) -> Item:
        """Show an item to those who may see it."""
        found = await read_item(item_id, reader)
        if found is None:
            raise _not_found()
        return found

    @router.get("/{item_id}/record")
    async def record(item_id: str, reader: Reader) -> RecordAnswer:
        """Show every revision of an item that the reader may see."""
        entries = await read_item.record(item_id, reader)
        if not entries:
            raise _not_found()
        return RecordAnswer(entries=[EntryAnswer.of(entry) for entry in entries])

    return router


def _not_found() -> Problem:
    return Problem(404, "not-found", "There is no such item")
