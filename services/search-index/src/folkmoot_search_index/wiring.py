"""Which class does what: the only module of the service that names them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from folkmoot_chassis.clock import SystemClock
from folkmoot_chassis.failures import is_transient
from folkmoot_chassis.health import Progress
from folkmoot_chassis.service import Service

from folkmoot_search_index.domain.fields import FIELDS
from folkmoot_search_index.gateways.prometheus_tally import PrometheusTally
from folkmoot_search_index.gateways.search_log import BatchedSearchLog, NoSearchLog
from folkmoot_search_index.gateways.tantivy_generations import TantivyGenerations
from folkmoot_search_index.gateways.tantivy_search import TantivySearchIndex
from folkmoot_search_index.handlers import Handlers
from folkmoot_search_index.ports import IndexUnavailable
from folkmoot_search_index.settings import Settings
from folkmoot_search_index.storage.changes import MongoDocumentChanges
from folkmoot_search_index.storage.documents import MongoDocuments
from folkmoot_search_index.storage.indexes import ensure_indexes
from folkmoot_search_index.storage.openings import MongoOpenings
from folkmoot_search_index.storage.recent import RecentChanges
from folkmoot_search_index.use_cases.count_items import CountItems
from folkmoot_search_index.use_cases.keep_documents import KeepDocuments
from folkmoot_search_index.use_cases.project_documents import Pace, ProjectDocuments
from folkmoot_search_index.use_cases.read_item import ReadItem
from folkmoot_search_index.use_cases.record_opening import RecordOpening
from folkmoot_search_index.use_cases.search_items import SearchItems

Task = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the service is made of."""

    handlers: Handlers
    search_items: SearchItems
    read_item: ReadItem
    record_opening: RecordOpening
    count_items: CountItems
    project_documents: ProjectDocuments
    projection: Task
    progress: Progress
    background: Mapping[str, Task]
    prepare: Task
    index_check: Callable[[], Awaitable[str | None]]


def wire(service: Service, settings: Settings) -> Parts:
    """Put the service together."""
    clock = SystemClock()
    recent = RecentChanges()
    documents = MongoDocuments(service.database, recent)
    generations = TantivyGenerations(settings.index_dir, FIELDS)
    index = TantivySearchIndex(generations, clock, settings.search_threads)
    progress = Progress(settings.stall_timeout)
    project_documents = ProjectDocuments(
        MongoDocumentChanges(service.database, recent),
        generations,
        _pace(service, settings),
        tally=PrometheusTally(service.metrics_registry, clock, progress.stamp),
        clock=clock,
    )
    telling = BatchedSearchLog(service.transactor)
    log = telling if settings.tell_searches else NoSearchLog()
    read_item = ReadItem(documents)

    async def index_check() -> str | None:
        try:
            generations.in_use()
        except IndexUnavailable as error:
            return str(error)
        return None

    return Parts(
        handlers=Handlers(KeepDocuments(documents)),
        search_items=SearchItems(index, documents, log, clock),
        read_item=read_item,
        record_opening=RecordOpening(
            read_item,
            MongoOpenings(service.database, clock),
            service.transactor,
            clock,
        ),
        count_items=CountItems(index, documents),
        project_documents=project_documents,
        projection=partial(_project, project_documents, progress),
        progress=progress,
        background={
            "rebuilds": project_documents.run_rebuilds,
            "search-log": telling.run,
        },
        prepare=lambda: ensure_indexes(service.database),
        index_check=index_check,
    )


def _pace(service: Service, settings: Settings) -> Pace:
    return Pace(
        settings.commit_interval,
        settings.commit_changes,
        storing=lambda: service.in_hand > 0,
    )


async def _project(project_documents: ProjectDocuments, progress: Progress) -> None:
    """Run the projection; a database that is away is no reason to be restarted for."""
    try:
        await project_documents.run()
    except Exception as error:
        if is_transient(error):
            progress.stamp()
        raise
