"""The table of topics and the services say the same."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from folkmoot.registry.schemas import ENVELOPE
from folkmoot_chassis.service import Service
from folkmoot_events import EVENTS, TOPICS

ROOT = Path(__file__).parents[2]
TOPIC = re.compile(r"\bfolkmoot\.[a-z-]+\.v\d+(?:\.[a-z-]+\.dlq)?\b")
READ = ("*.py", "*.toml", "*.yaml", "*.yml", "*.md", "*.json", "*.sh")

# Types of webhook payloads, which never travel over Kafka.
WEBHOOKS = {"folkmoot.notification.v1", "folkmoot.webhook-test.v1"}

# What the table promises and no code does yet. Each line goes when its code comes.
NOT_READ_YET = {
    "ingest": set[str](),
    "tagging": {
        "folkmoot.engagements.v1",
        "folkmoot.searches.v1",
        "folkmoot.deliveries.v1",
    },
    "search-index": {
        "folkmoot.engagements.v1",
        "folkmoot.people.v1",
        "folkmoot.vocabulary.v1",
        "folkmoot.reviews.v1",
    },
    "notification": {
        "folkmoot.engagements.v1",
        "folkmoot.people.v1",
        "folkmoot.vocabulary.v1",
        "folkmoot.reviews.v1",
        "folkmoot.authority.v1",
    },
}
NOT_PUBLISHED_YET = {
    "ingest": {"EngagementRecorded", "EngagementWithdrawn", "PersonUpdated"},
    "tagging": {
        "ItemFlagged",
        "ItemHeld",
        "ItemReleased",
        "ItemLabelled",
        "ItemVerified",
        "ItemExpired",
    },
    "search-index": {"AuthorityAssessed"},
    "notification": set[str](),
}


async def test_a_service_reads_the_topics_that_the_table_gives_it(
    service: str, app: Service
) -> None:
    given = {topic.name for topic in TOPICS if service in topic.consumers}
    assert app.name == service
    assert set(app.routes) == given - NOT_READ_YET[service]


async def test_a_service_reads_events_from_their_own_topic(app: Service) -> None:
    topic_of = {event.type: event.topic for event in EVENTS}
    for topic, route in app.routes.items():
        assert {topic_of[type_] for type_ in route.handlers} <= {topic}


def test_a_service_publishes_the_events_that_the_table_gives_it(service: str) -> None:
    given = {
        event.__name__
        for topic in TOPICS
        if topic.publisher == service
        for event in topic.events
    }
    assert set(_made(service)) == given - NOT_PUBLISHED_YET[service]


def test_every_topic_that_is_named_anywhere_exists() -> None:
    known = {ENVELOPE, *WEBHOOKS, *(topic.name for topic in TOPICS)}
    known |= {name for topic in TOPICS for name in topic.dead_letters.values()}
    unknown = {
        f"{file.relative_to(ROOT)}: {name}"
        for folder in ("services", "cli", "deploy", "docs", "benchmarks")
        for pattern in READ
        for file in (ROOT / folder).rglob(pattern)
        for name in TOPIC.findall(file.read_text())
        if name not in known
    }
    assert not unknown


def _made(service: str) -> Iterator[str]:
    """Yield the names of the events that the service's code constructs."""
    events = {event.__name__ for event in EVENTS}
    for file in (ROOT / "services" / service / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func).removesuffix(".model_construct")
                name = called.rpartition(".")[2]
                if name in events:
                    yield name
