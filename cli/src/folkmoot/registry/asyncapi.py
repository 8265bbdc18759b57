"""The AsyncAPI 3.0 document of the whole system, made from the topics and events."""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from folkmoot_events import TOPICS, Topic
from folkmoot_events.topics import DEAD_LETTER_MAX_BYTES, DEAD_LETTER_RETENTION_MS

from folkmoot.registry import asyncapi_messages as messages
from folkmoot.registry.asyncapi_inbound import payload_schemas

Document = dict[str, Any]

BINDING = "0.5.0"
OUTSIDE = "outside"


def document() -> Document:
    """Return the document; payloads refer to the JSON Schema files beside it."""
    return {
        "asyncapi": "3.0.0",
        "id": "urn:folkmoot",
        "info": {
            "title": "Folkmoot",
            "version": version("folkmoot-events"),
            "description": (
                "Every topic of Folkmoot. CloudEvents 1.0, Kafka protocol binding, "
                "binary content mode: attributes in `ce_` headers, JSON value, the "
                "subject's id as key. Readers ignore fields and types they do not know."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": _servers(),
        "channels": dict(_channels()),
        "operations": dict(_operations()),
        "components": {
            "messages": messages.messages(),
            "schemas": messages.header_schemas() | payload_schemas(),
        },
    }


def _servers() -> Document:
    return {
        "local": {
            "host": "localhost:9092",
            "protocol": "kafka",
            "description": "The broker that `folkmoot up` starts.",
        },
        "cluster": {
            "host": "{bootstrap}",
            "protocol": "kafka-secure",
            "description": "A cluster; each service has its own user and rights.",
            "variables": {"bootstrap": {"description": "`host:port` of its listener."}},
        },
    }


def _channels() -> Iterator[tuple[str, Document]]:
    for topic in TOPICS:
        yield topic.name, _channel(topic)
    for topic in TOPICS:
        for service, name in topic.dead_letters.items():
            yield name, _dead_letter_channel(topic, service, name)


def _channel(topic: Topic) -> Document:
    kept = (
        {"cleanup.policy": ["compact"]}
        if topic.retention_ms is None
        else {"cleanup.policy": ["delete"], "retention.ms": topic.retention_ms}
    )
    return {
        "address": topic.name,
        "title": _short(topic),
        "description": f"Published by {topic.publisher}; key: {topic.key}.",
        "messages": {
            name: {"$ref": f"#/components/messages/{name}"}
            for name in messages.names_on(topic)
        },
        "bindings": _topic_binding(
            topic.name,
            topic.partitions,
            {**kept, "max.message.bytes": topic.max_bytes},
        ),
    }


def _dead_letter_channel(topic: Topic, service: str, name: str) -> Document:
    return {
        "address": name,
        "title": f"{_short(topic)}, dead letters of {service}",
        "description": f"Records of {topic.name} that {service} could not take.",
        "messages": {"DeadLetter": {"$ref": "#/components/messages/DeadLetter"}},
        "bindings": _topic_binding(
            name,
            topic.partitions,
            {
                "cleanup.policy": ["delete"],
                "retention.ms": DEAD_LETTER_RETENTION_MS,
                "max.message.bytes": DEAD_LETTER_MAX_BYTES,
            },
        ),
    }


def _topic_binding(name: str, partitions: int, configuration: Document) -> Document:
    return {
        "kafka": {
            "topic": name,
            "partitions": partitions,
            "topicConfiguration": configuration,
            "bindingVersion": BINDING,
        }
    }


def _operations() -> Iterator[tuple[str, Document]]:
    for topic in TOPICS:
        if topic.publisher != OUTSIDE:
            names = messages.names_on(topic)
            name = f"{topic.publisher}-sends-{_short(topic)}"
            yield name, _operation("send", topic.name, topic.publisher, names)
        for service in topic.consumers:
            names = messages.names_on(topic)
            operation = _operation("receive", topic.name, service, names)
            operation["bindings"] = _group_binding(topic.groups[service])
            yield f"{service}-receives-{_short(topic)}", operation
            yield (
                f"{service}-sends-dead-letters-of-{_short(topic)}",
                _operation(
                    "send", topic.dead_letters[service], service, ("DeadLetter",)
                ),
            )


def _operation(
    action: str, channel: str, service: str, names: tuple[str, ...]
) -> Document:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "tags": [{"name": service}],
        "messages": [
            {"$ref": f"#/channels/{channel}/messages/{name}"} for name in names
        ],
    }


def _group_binding(group: str) -> Document:
    return {
        "kafka": {
            "groupId": {"type": "string", "enum": [group]},
            "bindingVersion": BINDING,
        }
    }


def _short(topic: Topic) -> str:
    return topic.name.removeprefix("folkmoot.").rpartition(".v")[0]
