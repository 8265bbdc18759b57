"""Stream `folkmoot.authority.v1`: who and what is worth believing, and why."""

from typing import ClassVar, Literal

from pydantic import Field

from folkmoot_events.envelope import Event, Frozen, Moment, Revision, Score

TOPIC = "folkmoot.authority.v1"


class Component(Frozen):
    """One part of an assessment, so that it can explain itself."""

    name: str
    value: float
    weight: float


class AuthorityAssessed(Event):
    """A person's or an item's authority was computed anew."""

    type: ClassVar[str] = "folkmoot.authority.assessed.v1"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "subject_id"

    subject_id: str = Field(description="Person id or item id.")
    subject_kind: Literal["person", "item"]
    revision: Revision
    company: str
    score: Score
    components: tuple[Component, ...]
    assessed: Moment
