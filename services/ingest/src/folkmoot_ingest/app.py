"""The service: what it consumes, answers and does besides."""

from importlib.metadata import metadata

from folkmoot_chassis.service import Service
from folkmoot_events import INBOUND

from folkmoot_ingest.api.events import event_routes
from folkmoot_ingest.api.items import item_routes
from folkmoot_ingest.api.stats import stats_routes
from folkmoot_ingest.settings import Settings
from folkmoot_ingest.wiring import wire

NAME = "ingest"


def build_app(settings: Settings) -> Service:
    """Return the service, assembled and not started."""
    about = metadata(f"folkmoot-{NAME}")
    service = Service(
        settings, name=NAME, version=about["Version"], summary=about["Summary"]
    )
    parts = wire(service, settings)
    for action in parts.prepare:
        service.prepare(action)
    service.consume_any(INBOUND, parts.handlers.on_inbound)
    service.mount(event_routes(parts.accept_events, parts.callers.publisher))
    service.mount(item_routes(parts.read_item))
    service.mount(stats_routes(parts.count_items, parts.callers.member))
    for name, task in parts.background.items():
        service.background(name, task)
    return service
