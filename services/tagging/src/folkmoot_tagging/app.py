"""Assembles the service."""

from functools import partial
from importlib.metadata import version

from folkmoot_chassis.service import Service
from folkmoot_events import ItemCaptured, ItemRetracted, ItemRevised

from folkmoot_tagging.api.routes import routes
from folkmoot_tagging.settings import Settings
from folkmoot_tagging.storage.indexes import ensure_indexes
from folkmoot_tagging.wiring import wire


def build_app(settings: Settings) -> Service:
    """Return the service, assembled but not started."""
    service = Service(settings, name="tagging", version=version("folkmoot-tagging"))
    wired = wire(service, settings)
    on_item_events = wired.handlers.on_item_events
    service.consume(
        ItemCaptured.topic,
        dict.fromkeys((ItemCaptured, ItemRevised, ItemRetracted), on_item_events),
    )
    service.mount(routes(wired.use_cases))
    service.prepare(partial(ensure_indexes, service.database))
    if wired.load_vocabulary:
        service.prepare(wired.load_vocabulary)
        follow = partial(wired.load_vocabulary.follow, settings.vocabulary_poll)
        service.background("vocabulary", follow)
    return service
