"""What tells a person of an item."""

from dataclasses import dataclass
from datetime import datetime

from folkmoot_events import Item

from folkmoot_notification.domain.subscriptions import Kind, Subscription

SNIPPET = 200


@dataclass(frozen=True, slots=True)
class Reason:
    """The subscription that an item matched."""

    subscription_id: str
    kind: Kind
    expression: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """As much of an item as a notification shows."""

    item_id: str
    item_revision: int
    company: str
    source: str
    tool: str
    kind: str
    conversation_id: str
    author_id: str
    author_name: str
    title: str | None
    snippet: str
    permalink: str | None
    published: datetime
    visibility: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notification:
    """One person is told of one item, for one or more reasons.

    `endpoints` are the webhook endpoints that were told as well. `position` counts up
    by one within the person's inbox, in the order of commits; 0 before it is stored.
    """

    id: str
    person: str
    company: str
    excerpt: Excerpt
    reasons: tuple[Reason, ...]
    endpoints: tuple[str, ...]
    traceparent: str
    created: datetime
    read: datetime | None = None
    position: int = 0

    @property
    def trace_id(self) -> str:
        """The trace that began when the item was published."""
        return trace_id(self.traceparent)


def trace_id(traceparent: str) -> str:
    """Return the trace id of a W3C trace context, empty where there is none."""
    parts = traceparent.split("-")
    return parts[1] if len(parts) > 1 else ""


def excerpt(item: Item) -> Excerpt:
    """Return what a notification shows of an item."""
    return Excerpt(
        item_id=item.id,
        item_revision=item.revision,
        company=item.company,
        source=item.source,
        tool=item.tool,
        kind=item.kind,
        conversation_id=item.conversation_id,
        author_id=item.author.id,
        author_name=item.author.name,
        title=item.title,
        snippet=snippet(item.text),
        permalink=item.permalink,
        published=item.published,
        visibility=item.visibility,
    )


def snippet(text: str) -> str:
    """Return the beginning of a text on one line, cut between words."""
    # Ten times the length is more than enough blanks to squeeze out.
    line = " ".join(text[: SNIPPET * 10].split())
    if len(line) <= SNIPPET:
        return line
    head, _, rest = line[:SNIPPET].rpartition(" ")
    return (head or rest[: SNIPPET - 1]) + "…"


def reason(subscription: Subscription) -> Reason:
    """Return a subscription as the reason for telling its owner."""
    return Reason(subscription.id, subscription.kind, subscription.expression)
