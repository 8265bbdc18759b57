"""The envelope that every event travels in.

CloudEvents 1.0, Kafka protocol binding, binary content mode: the attributes go into
`ce_*` headers, the event itself is the JSON value, the aggregate's id is the key.
"""

from operator import attrgetter
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """A value: never changed once made, and tolerant of fields from newer writers."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Frozen):
    """A fact about one subject, told by the service that owns the subject.

    A subclass names its CloudEvents `type`, the `topic` that carries it, and
    `key_path`: the dotted path of the field that holds the aggregate's id.
    """

    type: ClassVar[str]
    topic: ClassVar[str]
    key_path: ClassVar[str]

    @property
    def key(self) -> str:
        """The aggregate's id: Kafka's record key and CloudEvents' `subject`."""
        value: str = attrgetter(self.key_path)(self)
        return value


Revision = Annotated[
    int,
    Field(ge=1, description="Counts up by one with each change; ignore older ones."),
]
Moment = Annotated[
    AwareDatetime,
    Field(description="RFC 3339, with offset.", examples=["2026-03-02T09:15:04.120Z"]),
]
ItemId = Annotated[
    str,
    Field(
        description="`itm_` and 32 hex digits, the same for the same thing said.",
        examples=["itm_5f2b9c1e7d3a48069b1c2d3e4f506172"],
    ),
]
CompanyId = Annotated[
    str, Field(description="Id of the company that owns it.", examples=["north"])
]
PersonId = Annotated[
    str,
    Field(description="Id of a person: `sub` of their token.", examples=["ada"]),
]
Score = Annotated[float, Field(ge=0, le=1, description="Probability, 0 to 1.")]
Principal = Annotated[
    str,
    Field(
        pattern=r"^(everyone|company:[^/\s]+|group:[^/\s]+/\S+|person:\S+)$",
        description=(
            "Who may read: `everyone`, `company:<id>`, `group:<company>/<name>` "
            "or `person:<id>`. A reader sees what any of their principals may read."
        ),
        examples=["everyone", "company:north", "group:north/design", "person:ada"],
    ),
]


class PersonRef(Frozen):
    """Somebody as a source knows them (ActivityStreams `actor`)."""

    id: str = Field(description="Stable within the company: `<source>/<native id>`.")
    name: str = Field(description="The name to show.")


class Envelope(Frozen):
    """The CloudEvents attributes of every record, as `ce_*` headers."""

    id: str = Field(description="Unique per event; the key of every inbox.")
    source: str = Field(description="URI reference of the publishing service.")
    specversion: str = Field(default="1.0", description="CloudEvents version.")
    type: str = Field(description="`folkmoot.<subject>.<past-participle>.v<major>`.")
    subject: str = Field(description="The aggregate's id, equal to the record key.")
    time: Moment = Field(description="When the event was made; RFC 3339.")
    datacontenttype: str = Field(
        default="application/json", description="Media type of the value."
    )
    begun: Moment | None = Field(
        default=None,
        description="When the chain of events that led here began; for age per hop.",
    )
    replay: str | None = Field(
        default=None,
        description="Present when the event is told again: fire no side effects.",
    )
