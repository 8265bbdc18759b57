"""What is found in a text. Offsets count code points; ends are exclusive."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Hashtag(NamedTuple):
    """`#word`; the span includes the `#`, `text` does not."""

    text: str
    start: int
    end: int


class Mention(NamedTuple):
    """`@name` or `@name/group`; the span includes the `@`."""

    name: str
    group: str | None
    start: int
    end: int


class Link(NamedTuple):
    """A URL, or a bare host name with or without a path."""

    url: str
    start: int
    end: int


@dataclass(slots=True)
class Signals:
    """All that one text holds, each kind in the order of the text."""

    hashtags: list[Hashtag] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
