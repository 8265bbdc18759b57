"""`GET /v1/items/{id}`."""

from fastapi import APIRouter
from folkmoot_chassis.problems import Problem

from folkmoot_search_index.api.answers import ItemAnswer
from folkmoot_search_index.api.callers import Caller
from folkmoot_search_index.use_cases.read_item import ReadItem


def item_routes(read_item: ReadItem) -> APIRouter:
    """Return the routes of items."""
    router = APIRouter(prefix="/v1")

    @router.get("/items/{item_id}")
    async def item(item_id: str, reader: Caller) -> ItemAnswer:
        """Show an item with its tags to those who may see it."""
        document = await read_item(item_id, reader)
        if document is None:
            raise Problem(404, "not-found", "There is no such item")
        return ItemAnswer.of(document)

    return router
