"""What the HTTP API answers with."""

from collections.abc import Sequence
from datetime import datetime

from folkmoot_events import Label, Tag
from pydantic import BaseModel, Field

from folkmoot_tagging.domain import concepts
from folkmoot_tagging.domain.tagged_items import TaggedItem
from folkmoot_tagging.domain.vocabulary_changes import KnownConcept
from folkmoot_tagging.use_cases.report_stats import Stats


class ItemTagsAnswer(BaseModel):
    """The tags of one item."""

    item_id: str
    item_revision: int = Field(description="Revision of the item that was tagged.")
    revision: int = Field(description="Counts the assessments of the item.")
    tagged: datetime
    tags: Sequence[Tag]


class ConceptAnswer(BaseModel):
    """One concept of the vocabulary."""

    id: str = Field(description="URI, and the id of tags with the concept.")
    label: str
    preferred: Sequence[Label]
    alternative: Sequence[Label]
    broader: Sequence[str]
    related: Sequence[str]


class ConceptsAnswer(BaseModel):
    """Concepts in the order of their labels."""

    concepts: Sequence[ConceptAnswer]


class StatsAnswer(BaseModel):
    """Figures over what the caller may see."""

    items: int = Field(description="Tagged items.")
    concepts: int = Field(description="Concepts in use.")
    labels: int = Field(description="Different labels looked for.")
    vocabulary: str = Field(description="Version of the vocabulary; `none`: without.")


def tags_answer(item: TaggedItem) -> ItemTagsAnswer:
    """Return the tags of an item."""
    return ItemTagsAnswer(
        item_id=item.id,
        item_revision=item.item_revision,
        revision=item.revision,
        tagged=item.tagged,
        tags=item.tags,
    )


def concepts_answer(found: Sequence[KnownConcept]) -> ConceptsAnswer:
    """Return concepts."""
    return ConceptsAnswer(concepts=[_concept(known.concept) for known in found])


def stats_answer(stats: Stats) -> StatsAnswer:
    """Return figures."""
    return StatsAnswer(
        items=stats.items,
        concepts=stats.concepts,
        labels=stats.labels,
        vocabulary=stats.vocabulary,
    )


def _concept(concept: concepts.Concept) -> ConceptAnswer:
    return ConceptAnswer(
        id=concept.id,
        label=concept.shown_as(None),
        preferred=_labels(concept.preferred),
        alternative=_labels(concept.alternative),
        broader=concept.broader,
        related=concept.related,
    )


def _labels(labels: Sequence[concepts.Label]) -> list[Label]:
    return [Label(text=one.text, language=one.language) for one in labels]
