"""Stream `folkmoot.people.v1`: who people are."""

from typing import ClassVar

from pydantic import Field

from folkmoot_events.envelope import CompanyId, Event, Moment, PersonId, Revision

TOPIC = "folkmoot.people.v1"


class PersonUpdated(Event):
    """A person's profile, memberships or accounts became known or changed."""

    type: ClassVar[str] = "folkmoot.person.updated.v1"
    topic: ClassVar[str] = TOPIC
    key_path: ClassVar[str] = "person_id"

    person_id: PersonId
    revision: Revision
    company: CompanyId = Field(description="Id of the company they work for.")
    name: str = Field(description="The name to show.")
    accounts: tuple[str, ...] = Field(
        default=(), description="`<source>/<native id>` of each of their accounts."
    )
    groups: tuple[str, ...] = Field(default=(), description="Names within the company.")
    title: str | None = Field(default=None, description="Job title.")
    active: bool = Field(default=True, description="False once they have left.")
    updated: Moment = Field(description="When it changed; RFC 3339.")
