"""Which class does what: the only module of the service that names them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from folkmoot_chassis.clock import SystemClock
from folkmoot_chassis.service import Service

from folkmoot_tagging.api.routes import UseCases
from folkmoot_tagging.gateways.prometheus_tally import PrometheusTally
from folkmoot_tagging.gateways.turtle_file import TurtleFile
from folkmoot_tagging.gateways.vocabulary_in_use import VocabularyInUse
from folkmoot_tagging.handlers import Handlers
from folkmoot_tagging.settings import Settings
from folkmoot_tagging.storage.concepts import MongoConcepts
from folkmoot_tagging.storage.indexes import ensure_indexes
from folkmoot_tagging.storage.tagged_items import MongoTaggedItems
from folkmoot_tagging.use_cases.find_concepts import FindConcepts
from folkmoot_tagging.use_cases.load_vocabulary import LoadVocabulary
from folkmoot_tagging.use_cases.read_tags import ReadTags
from folkmoot_tagging.use_cases.report_stats import ReportStats
from folkmoot_tagging.use_cases.tag_items import TagItems

Task = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the service is made of."""

    handlers: Handlers
    use_cases: UseCases
    prepare: tuple[Task, ...]
    background: Mapping[str, Task]


def wire(service: Service, settings: Settings) -> Parts:
    """Put the service together."""
    clock = SystemClock()
    items = MongoTaggedItems(service.database)
    concepts = MongoConcepts(service.database)
    vocabulary = VocabularyInUse()
    tally = PrometheusTally(service.metrics_registry)
    prepare: list[Task] = [partial(ensure_indexes, service.database)]
    background: dict[str, Task] = {}
    if settings.vocabulary:
        load_vocabulary = LoadVocabulary(
            TurtleFile(settings.vocabulary),
            concepts,
            vocabulary,
            service.transactor,
            clock,
        )
        prepare.append(load_vocabulary)
        follow = partial(load_vocabulary.follow, settings.vocabulary_poll)
        background["vocabulary"] = follow
    return Parts(
        handlers=Handlers(TagItems(items, vocabulary, clock, tally)),
        use_cases=UseCases(
            ReadTags(items),
            FindConcepts(concepts),
            ReportStats(items, concepts, vocabulary),
        ),
        prepare=tuple(prepare),
        background=background,
    )
