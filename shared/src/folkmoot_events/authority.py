"""Stream `folkmoot.authority.v1`: who and what is worth believing, and why."""

from typing import ClassVar, Literal

from pydantic import Field

from folkmoot_events.envelope import CompanyId, Event, Frozen, Moment, Revision, Score

TOPIC = "folkmoot.authority.v1"


class Component(Frozen):
    """One part of an assessment, so that it can explain itself."""

    name: str = Field(description="What was measured.", examples=["accepted_answers"])
    value: float = Field(description="The measure, in the measure's own unit.")
    weight: float = Field(description="What one unit adds to the score; unitless.")


class AuthorityAssessed(Event):
    """A person's or an item's authority was computed anew."""

    type: ClassVar[str] = "folkmoot.authority.assessed.v1"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "subject_id"

    subject_id: str = Field(description="Person id or item id.")
    subject_kind: Literal["person", "item"] = Field(description="What the id names.")
    revision: Revision
    company: CompanyId
    score: Score = Field(description="Authority within the company, 0 to 1.")
    components: tuple[Component, ...] = Field(description="What the score is made of.")
    assessed: Moment = Field(description="When it was computed; RFC 3339.")
