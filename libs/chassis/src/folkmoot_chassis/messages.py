"""What handlers receive and what they publish."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Generic, NamedTuple, Protocol, Self, TypeVar

E = TypeVar("E", covariant=True)  # noqa: PLC0105  the one letter that types every event


class EventModel(Protocol):
    """An event class: a pydantic model that names its type, topic and key."""

    type: ClassVar[str]
    topic: ClassVar[str]

    @property
    def key(self) -> str:
        """The aggregate's id."""
        ...

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray) -> Self:
        """Decode, raising ValueError for anything of another shape."""
        ...

    def model_dump_json(self, *, exclude_none: bool = False) -> str:
        """Encode."""
        ...


class AnyEvent(NamedTuple):
    """An event of a type that nobody declared: its attributes and its bytes."""

    attributes: Mapping[str, str]
    data: bytes


class Message(NamedTuple, Generic[E]):
    """One decoded record and where it came from.

    A tuple: there is one for each record, and frozen dataclasses take thrice the time.
    `id` is the CloudEvents id, `traceparent` a W3C trace context to continue: to a
    handler, that of the span in which it works. `replay` marks a record that is told
    again: store its effect, fire no side effect. `body` is the record's value as it
    came, of which `data` was decoded.
    """

    id: str
    source: str
    type: str
    key: str
    data: E
    traceparent: str
    replay: bool
    time: datetime
    begun: datetime
    topic: str
    partition: int
    offset: int
    body: bytes = b""

    @property
    def identity(self) -> str:
        """What tells this event from every other: its source and its id."""
        return f"{self.source} {self.id}"
