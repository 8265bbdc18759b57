"""What a new edition of a vocabulary changes in the concepts known so far."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from folkmoot_events import ConceptChanged, ConceptRetired
from folkmoot_events import Label as EventLabel

from folkmoot_tagging.domain.concepts import Concept, Label


@dataclass(frozen=True, slots=True)
class KnownConcept:
    """A concept as it was announced last; `revision` counts its announcements."""

    concept: Concept
    revision: int
    changed: datetime
    retired: bool = False
    replaced_by: str | None = None


def changed(
    concepts: Iterable[Concept], known: Mapping[str, KnownConcept], now: datetime
) -> Iterator[KnownConcept]:
    """Yield the concepts that are new, different or back from retirement."""
    for concept in concepts:
        before = known.get(concept.id)
        if before is None or before.retired or before.concept != concept:
            revision = before.revision + 1 if before else 1
            yield KnownConcept(concept, revision, now)


def retired(
    known: Iterable[KnownConcept], replaced: Mapping[str, str | None], now: datetime
) -> Iterator[KnownConcept]:
    """Yield those concepts, given that an edition lacks them, as retired."""
    for before in known:
        if not before.retired:
            yield replace(
                before,
                revision=before.revision + 1,
                changed=now,
                retired=True,
                replaced_by=replaced.get(before.concept.id),
            )


def announcement(known: KnownConcept) -> ConceptChanged | ConceptRetired:
    """Return the event that tells the concept's present state."""
    concept = known.concept
    if known.retired:
        return ConceptRetired(
            concept_id=concept.id,
            revision=known.revision,
            replaced_by=known.replaced_by,
            retired=known.changed,
        )
    return ConceptChanged(
        concept_id=concept.id,
        revision=known.revision,
        scheme=concept.scheme,
        preferred=_labels(concept.preferred),
        alternative=_labels(concept.alternative),
        broader=concept.broader,
        related=concept.related,
        exact_match=concept.exact_match,
        changed=known.changed,
    )


def _labels(labels: Iterable[Label]) -> tuple[EventLabel, ...]:
    return tuple(EventLabel(text=one.text, language=one.language) for one in labels)
