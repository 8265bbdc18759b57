"""The service: what it consumes, answers and does besides."""

from importlib.metadata import metadata

from folkmoot_chassis.service import Service
from folkmoot_events import ItemRetracted, ItemTagged

from folkmoot_search_index.api.items import item_routes
from folkmoot_search_index.api.operations import operation_routes
from folkmoot_search_index.api.search import search_routes
from folkmoot_search_index.settings import Settings
from folkmoot_search_index.wiring import wire

NAME = "search-index"


def build_app(settings: Settings) -> Service:
    """Return the service, assembled and not started."""
    about = metadata(f"folkmoot-{NAME}")
    service = Service(
        settings, name=NAME, version=about["Version"], summary=about["Summary"]
    )
    parts = wire(service, settings)
    service.prepare(parts.prepare)
    service.consume(ItemTagged.topic, {ItemTagged: parts.handlers.on_item_tagged})
    service.consume(
        ItemRetracted.topic, {ItemRetracted: parts.handlers.on_item_retracted}
    )
    service.mount(search_routes(parts.search_items, parts.record_opening))
    service.mount(item_routes(parts.read_item))
    service.mount(
        operation_routes(parts.count_items, parts.project_documents.want_rebuild)
    )
    service.background("projection", parts.projection, parts.progress)
    for name, task in parts.background.items():
        service.background(name, task)
    service.health.ready["index"] = parts.index_check
    return service
