"""Which class does what: the only module of the service that names them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from folkmoot_chassis.clock import SystemClock
from folkmoot_chassis.service import Service

from folkmoot_ingest.api.callers import Callers
from folkmoot_ingest.domain.sources import company_of
from folkmoot_ingest.gateways.watched_files import key_file, source_file
from folkmoot_ingest.handlers import Handlers
from folkmoot_ingest.settings import Settings
from folkmoot_ingest.storage.indexes import ensure_indexes
from folkmoot_ingest.storage.items import MongoItems
from folkmoot_ingest.storage.readings import MongoReadings
from folkmoot_ingest.storage.record import MongoRecord
from folkmoot_ingest.use_cases.accept_events import AcceptEvents
from folkmoot_ingest.use_cases.capture_items import CaptureItems
from folkmoot_ingest.use_cases.count_items import CountItems
from folkmoot_ingest.use_cases.read_item import ReadItem

Task = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the service is made of."""

    handlers: Handlers
    callers: Callers
    accept_events: AcceptEvents
    read_item: ReadItem
    count_items: CountItems
    background: Mapping[str, Task]
    prepare: tuple[Task, ...]


def wire(service: Service, settings: Settings) -> Parts:
    """Put the service together."""
    clock = SystemClock()
    keys = key_file(settings.api_keys)
    sources = source_file(settings.inbound_sources)
    readings = MongoReadings(service.database)
    capture_items = CaptureItems(
        MongoItems(service.database), MongoRecord(service.database), clock
    )
    return Parts(
        handlers=Handlers(
            capture_items, lambda source: company_of(sources.current, source), clock
        ),
        callers=Callers(lambda: keys.current, clock),
        accept_events=AcceptEvents(capture_items, service.transactor, clock),
        read_item=ReadItem(readings),
        count_items=CountItems(readings),
        background={"keys": keys.watch, "sources": sources.watch},
        prepare=(keys.load, sources.load, lambda: ensure_indexes(service.database)),
    )
