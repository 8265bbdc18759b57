"""The service: what it consumes, answers and does besides."""

from importlib.metadata import metadata

from folkmoot_chassis.service import Service
from folkmoot_events import ItemCaptured, ItemRetracted, ItemRevised

from folkmoot_tagging.api.routes import routes
from folkmoot_tagging.settings import Settings
from folkmoot_tagging.wiring import wire

NAME = "tagging"


def build_app(settings: Settings) -> Service:
    """Return the service, assembled and not started."""
    about = metadata(f"folkmoot-{NAME}")
    service = Service(
        settings, name=NAME, version=about["Version"], summary=about["Summary"]
    )
    parts = wire(service, settings)
    for action in parts.prepare:
        service.prepare(action)
    on_item_events = parts.handlers.on_item_events
    service.consume(
        ItemCaptured.topic,
        dict.fromkeys((ItemCaptured, ItemRevised), on_item_events),
    )
    service.consume(ItemRetracted.topic, {ItemRetracted: on_item_events})
    service.mount(routes(parts.use_cases))
    for name, task in parts.background.items():
        service.background(name, task)
    return service
