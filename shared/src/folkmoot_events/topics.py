"""Every topic: who publishes it, who reads it, how it is kept."""

from dataclasses import dataclass, field

from folkmoot_events import (
    authority,
    dead_letters,
    deliveries,
    engagements,
    item_tags,
    items,
    people,
    retractions,
    reviews,
    searches,
    vocabulary,
)
from folkmoot_events.envelope import Event

INBOUND = "folkmoot.inbound.v1"
"""CloudEvents of any type from other enterprise systems; key: their `source`."""

MIB = 1024 * 1024
DAY_MS = 24 * 60 * 60 * 1000

DEAD_LETTER_RETENTION_MS = 90 * DAY_MS
"""Longer than any topic's own: somebody has to mend what is wrong first."""
DEAD_LETTER_MAX_BYTES = 8 * MIB
"""Above any topic's own: a dead letter carries the record and why it was set aside."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A Kafka topic and its place in the flow.

    `retention_ms` is None where the topic is compacted. `max_bytes` bounds one record.
    """

    name: str
    events: tuple[type[Event], ...]
    publisher: str
    consumers: tuple[str, ...]
    key: str
    partitions: int = 6
    retention_ms: int | None = 30 * DAY_MS
    max_bytes: int = 4 * MIB
    groups: dict[str, str] = field(init=False)
    dead_letters: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "groups", {name: consumer_group(name) for name in self.consumers}
        )
        object.__setattr__(
            self,
            "dead_letters",
            {name: dead_letter_topic(self.name, name) for name in self.consumers},
        )


def consumer_group(service: str) -> str:
    """The Kafka consumer group of a service."""
    return f"folkmoot-{service}"


def dead_letter_topic(topic: str, service: str) -> str:
    """Where a service puts the records of a topic that it cannot take."""
    return f"{topic}.{service}.dlq"


TOPICS: tuple[Topic, ...] = (
    Topic(
        name=INBOUND,
        events=(),
        publisher="outside",
        consumers=("ingest",),
        key="source",
        max_bytes=MIB,
    ),
    Topic(
        name=items.TOPIC,
        events=(items.ItemCaptured, items.ItemRevised),
        publisher="ingest",
        consumers=("tagging",),
        key="item id",
    ),
    Topic(
        name=retractions.TOPIC,
        events=(retractions.ItemRetracted,),
        publisher="ingest",
        consumers=("tagging", "search-index", "notification"),
        key="item id",
    ),
    Topic(
        name=engagements.TOPIC,
        events=(engagements.EngagementRecorded, engagements.EngagementWithdrawn),
        publisher="ingest",
        consumers=("search-index", "tagging", "notification"),
        key="item id",
    ),
    Topic(
        name=people.TOPIC,
        events=(people.PersonUpdated,),
        publisher="ingest",
        consumers=("search-index", "notification"),
        key="person id",
    ),
    Topic(
        name=item_tags.TOPIC,
        events=(item_tags.ItemTagged, item_tags.ItemFlagged),
        publisher="tagging",
        consumers=("search-index", "notification"),
        key="item id",
    ),
    Topic(
        name=vocabulary.TOPIC,
        events=(vocabulary.ConceptChanged, vocabulary.ConceptRetired),
        publisher="tagging",
        consumers=("search-index", "notification"),
        key="concept id",
        retention_ms=None,
    ),
    Topic(
        name=reviews.TOPIC,
        events=(
            reviews.ItemHeld,
            reviews.ItemReleased,
            reviews.ItemLabelled,
            reviews.ItemVerified,
            reviews.ItemExpired,
        ),
        publisher="tagging",
        consumers=("search-index", "notification"),
        key="item id",
    ),
    Topic(
        name=searches.TOPIC,
        events=(searches.SearchPerformed, searches.ResultOpened),
        publisher="search-index",
        consumers=("tagging",),
        key="search id",
    ),
    Topic(
        name=authority.TOPIC,
        events=(authority.AuthorityAssessed,),
        publisher="search-index",
        consumers=("notification",),
        key="person or item id",
    ),
    Topic(
        name=deliveries.TOPIC,
        events=(
            deliveries.NotificationDelivered,
            deliveries.NotificationFailed,
            deliveries.NotificationRead,
        ),
        publisher="notification",
        consumers=("tagging",),
        key="subscription id",
    ),
    Topic(
        name=dead_letters.TOPIC,
        events=(dead_letters.DeadLetterReplayed, dead_letters.DeadLetterDiscarded),
        publisher="command-line",
        consumers=(),
        key="dead letter id",
        partitions=1,
        retention_ms=None,
    ),
)

EVENTS: tuple[type[Event], ...] = tuple(e for topic in TOPICS for e in topic.events)
