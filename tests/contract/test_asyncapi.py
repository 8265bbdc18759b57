"""The AsyncAPI document says all that runs over Kafka, and nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from folkmoot.local.topics import plans
from folkmoot.registry.asyncapi_messages import DEAD_LETTER_HEADERS
from folkmoot_chassis.dead_letters import ADDED, LEFT_OUT
from folkmoot_events import EVENTS, INBOUND, TOPICS
from folkmoot_ingest.domain.submission import Submission

SHARED = Path(__file__).parents[2] / "shared"
DOCUMENT: dict[str, Any] = yaml.safe_load((SHARED / "asyncapi.yaml").read_text())
TOP_LEVEL = {"asyncapi", "id", "info", "defaultContentType", "servers", "channels"}
ROUTES = [(topic, service) for topic in TOPICS for service in topic.consumers]


def test_it_is_an_asyncapi_3_document_with_the_sections_that_its_version_knows() -> (
    None
):
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert set(DOCUMENT) == TOP_LEVEL | {"operations", "components"}
    assert {"title", "version"} <= set(DOCUMENT["info"])
    for server in DOCUMENT["servers"].values():
        assert {"host", "protocol"} <= set(server)


def test_every_topic_and_dead_letter_topic_is_a_channel() -> None:
    dead = {name for topic in TOPICS for name in topic.dead_letters.values()}
    addresses = [channel["address"] for channel in DOCUMENT["channels"].values()]
    assert sorted(addresses) == sorted({t.name for t in TOPICS} | dead)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_channel_says_how_its_topic_is_kept(topic: Any) -> None:
    kafka = DOCUMENT["channels"][topic.name]["bindings"]["kafka"]
    kept = kafka["topicConfiguration"]
    assert kafka["partitions"] == topic.partitions
    assert kept.get("retention.ms") == topic.retention_ms
    assert kept["cleanup.policy"] == ["delete" if topic.retention_ms else "compact"]
    assert kept["max.message.bytes"] == topic.max_bytes


def test_topics_are_made_as_they_are_documented() -> None:
    # How the broker keeps what strangers compressed has no place in the binding.
    made = {
        plan.name: (
            plan.partitions,
            {k: v for k, v in plan.configs.items() if k != "compression.type"},
        )
        for plan in plans()
    }
    documented = {
        name: (kafka["partitions"], _configs(kafka["topicConfiguration"]))
        for name, channel in DOCUMENT["channels"].items()
        for kafka in [channel["bindings"]["kafka"]]
    }
    assert made == documented


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_a_message_names_its_type_key_and_payload(event: Any) -> None:
    message = DOCUMENT["components"]["messages"][event.__name__]
    assert message["name"] == event.type
    assert message["headers"]["allOf"][1]["properties"]["ce_type"] == {
        "const": event.type
    }
    assert message["bindings"]["kafka"]["key"]["type"] == "string"
    assert message["payload"] == {"$ref": f"./schemas/{event.type}.json"}


def test_publishers_are_told_what_to_send() -> None:
    inbound = DOCUMENT["channels"][INBOUND]["messages"]
    assert set(inbound) == {"ItemSubmitted", "ItemWithdrawn", "AnyEvent"}
    submission = DOCUMENT["components"]["schemas"]["Submission"]
    assert set(submission["properties"]) == set(Submission.model_fields)


@pytest.mark.parametrize(
    ("topic", "service"), ROUTES, ids=lambda part: getattr(part, "name", part)
)
def test_a_consumer_receives_in_its_group_and_has_a_way_out(
    topic: Any, service: str
) -> None:
    mine = [
        o for o in DOCUMENT["operations"].values() if o["tags"][0]["name"] == service
    ]
    received = [o for o in mine if o["channel"]["$ref"] == f"#/channels/{topic.name}"]
    groups = [o["bindings"] for o in received if o["action"] == "receive"]
    assert [g["kafka"]["groupId"]["enum"] for g in groups] == [[f"folkmoot-{service}"]]
    dead = f"#/channels/{topic.dead_letters[service]}"
    assert [o["action"] for o in mine if o["channel"]["$ref"] == dead] == ["send"]


def test_every_topic_of_ours_has_one_service_that_sends() -> None:
    for topic in TOPICS:
        senders = [
            operation["tags"][0]["name"]
            for operation in DOCUMENT["operations"].values()
            if operation["action"] == "send"
            and operation["channel"]["$ref"] == f"#/channels/{topic.name}"
        ]
        assert senders == ([] if topic.publisher == "outside" else [topic.publisher])


def test_a_dead_letter_tells_why_and_whence() -> None:
    headers = DOCUMENT["components"]["schemas"]["DeadLetterHeaders"]
    assert set(DEAD_LETTER_HEADERS) == set(ADDED)
    assert set(ADDED) - set(headers["required"]) == {LEFT_OUT}
    assert "traceparent" in headers["properties"]


def test_every_reference_leads_somewhere() -> None:
    for reference in _references(DOCUMENT):
        file, _, pointer = reference.partition("#")
        target = json.loads((SHARED / file).read_text()) if file else DOCUMENT
        for part in pointer.split("/")[1:]:
            target = target[part]
        assert target


def _configs(documented: dict[str, Any]) -> dict[str, str]:
    """Write what AsyncAPI types as Kafka takes it: every value a string."""
    return {
        name: ",".join(value) if isinstance(value, list) else str(value)
        for name, value in documented.items()
    }


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
