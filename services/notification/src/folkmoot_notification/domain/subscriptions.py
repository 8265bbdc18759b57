"""What a person asked to be told of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from folkmoot_notification.domain.readers import Reader

Kind = Literal["expression", "conversation", "mention"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A standing wish: an expression, a conversation, or mentions of the owner.

    `expression` is the query, the conversation's id, or empty for mentions.
    """

    id: str
    person: str
    kind: Kind
    expression: str
    endpoint_id: str | None
    created: datetime

    def query(self, owner: Reader) -> str:
        """Return the wish in the query language; one form for one meaning."""
        if self.kind == "expression":
            return self.expression.strip()
        if self.kind == "conversation":
            return f"conversation:{quoted(self.expression)}"
        return " OR ".join(f"mention:{quoted(name)}" for name in owner.names())


def quoted(value: str) -> str:
    """Return a value as a quoted string of the query language."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
