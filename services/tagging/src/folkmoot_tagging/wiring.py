"""The composition root: the only module that names concrete classes."""

from dataclasses import dataclass

from folkmoot_chassis.clock import SystemClock
from folkmoot_chassis.service import Service

from folkmoot_tagging.api.routes import UseCases
from folkmoot_tagging.gateways.prometheus_tally import PrometheusTally
from folkmoot_tagging.gateways.turtle_file import TurtleFile
from folkmoot_tagging.gateways.vocabulary_in_use import VocabularyInUse
from folkmoot_tagging.handlers import Handlers
from folkmoot_tagging.settings import Settings
from folkmoot_tagging.storage.mongo_concepts import MongoConcepts
from folkmoot_tagging.storage.mongo_tagged_items import MongoTaggedItems
from folkmoot_tagging.use_cases.find_concepts import FindConcepts
from folkmoot_tagging.use_cases.load_vocabulary import LoadVocabulary
from folkmoot_tagging.use_cases.read_tags import ReadTags
from folkmoot_tagging.use_cases.report_stats import ReportStats
from folkmoot_tagging.use_cases.tag_items import TagItems


@dataclass(frozen=True, slots=True)
class Wired:
    """The parts that the service is assembled from."""

    handlers: Handlers
    use_cases: UseCases
    load_vocabulary: LoadVocabulary | None


def wire(service: Service, settings: Settings) -> Wired:
    """Build every part with what it needs."""
    clock = SystemClock()
    items = MongoTaggedItems(service.database)
    concepts = MongoConcepts(service.database)
    vocabulary = VocabularyInUse()
    tally = PrometheusTally(service.metrics_registry)
    return Wired(
        handlers=Handlers(TagItems(items, vocabulary, clock, tally)),
        use_cases=UseCases(
            ReadTags(items),
            FindConcepts(concepts),
            ReportStats(items, concepts, vocabulary),
        ),
        load_vocabulary=LoadVocabulary(
            TurtleFile(settings.vocabulary),
            concepts,
            vocabulary,
            service.transactor,
            clock,
        )
        if settings.vocabulary
        else None,
    )
