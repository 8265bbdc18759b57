"""Stream `folkmoot.vocabulary.v1` (compacted): the concepts that tags refer to."""

from typing import ClassVar

from pydantic import Field

from folkmoot_events.envelope import Event, Frozen, Moment, Revision

TOPIC = "folkmoot.vocabulary.v1"


class Label(Frozen):
    """A SKOS label."""

    text: str = Field(description="The label as it reads.")
    language: str | None = Field(
        default=None, description="BCP 47 tag.", examples=["en"]
    )


class ConceptChanged(Event):
    """A concept was added or changed; carries its whole present state."""

    type: ClassVar[str] = "folkmoot.concept.changed.v1"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "concept_id"

    concept_id: str = Field(description="The concept's URI.")
    revision: Revision
    scheme: str | None = Field(default=None, description="URI of its concept scheme.")
    preferred: tuple[Label, ...] = Field(description="One `skos:prefLabel` a language.")
    alternative: tuple[Label, ...] = Field(default=(), description="`skos:altLabel`.")
    broader: tuple[str, ...] = Field(default=(), description="URIs, `skos:broader`.")
    related: tuple[str, ...] = Field(default=(), description="URIs, `skos:related`.")
    exact_match: tuple[str, ...] = Field(default=(), description="`skos:exactMatch`.")
    changed: Moment = Field(description="When; RFC 3339.")


class ConceptRetired(Event):
    """A concept is no longer to be used."""

    type: ClassVar[str] = "folkmoot.concept.retired.v1"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "concept_id"

    concept_id: str = Field(description="The concept's URI.")
    revision: Revision
    replaced_by: str | None = Field(default=None, description="URI to use instead.")
    retired: Moment = Field(description="When; RFC 3339.")
