"""What the Helm chart knows of topics and of who may touch them, as files.

`python -m folkmoot.registry.chart` writes them. Where the Strimzi operator makes topics
and users, they are made as the registry of events says.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml
from folkmoot_events import TOPICS
from folkmoot_events.topics import consumer_group

from folkmoot.local.ports import SERVICES
from folkmoot.local.topics import plans
from folkmoot.registry import generated

User = dict[str, Any]

FOLDER = Path("deploy/helm/folkmoot/files/kafka")
PATTERN = "*.yaml"
NOTICE = "# Generated from folkmoot_events by `make schemas`; do not edit.\n"
OPERATOR = "operator"
COMMAND_LINE = "command-line"


def topics() -> list[dict[str, Any]]:
    """Return every topic with its settings."""
    return [
        {"name": plan.name, "partitions": plan.partitions, "config": plan.configs}
        for plan in plans()
    ]


def users() -> list[User]:
    """Return who may read, write and follow what: the services and an operator.

    A service writes its own topics and the dead letters that it makes.
    """
    return [*(_service(name) for name in SERVICES), _operator()]


def rendered() -> dict[str, str]:
    """Return the text of each file, by its name."""
    return {
        "topics.yaml": _text({"topics": topics()}),
        "access.yaml": _text({"users": users()}),
    }


def drift(folder: Path) -> list[str]:
    """Return the names of files that are not as the registry says."""
    return generated.drift(folder, rendered(), PATTERN)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the files."""
    folder = generated.folder_of("folkmoot.registry.chart", FOLDER, arguments)
    generated.tell(folder, generated.write(folder, rendered(), PATTERN))


def _service(name: str) -> User:
    read = [topic for topic in TOPICS if name in topic.consumers]
    own = [topic.name for topic in TOPICS if topic.publisher == name]
    letters = [topic.dead_letters[name] for topic in read]
    return _user(
        name,
        reads=(topic.name for topic in read),
        writes=[*own, *letters],
        groups=[consumer_group(name)],
    )


def _operator() -> User:
    """Whoever decides about dead letters: they go back to where they came from."""
    letters = [name for topic in TOPICS for name in topic.dead_letters.values()]
    return _user(
        OPERATOR,
        reads=[*(topic.name for topic in TOPICS), *letters],
        writes=(t.name for t in TOPICS if t.consumers or t.publisher == COMMAND_LINE),
        watches=map(consumer_group, SERVICES),
    )


def _user(
    name: str,
    *,
    reads: Iterable[str],
    writes: Iterable[str],
    groups: Iterable[str] = (),
    watches: Iterable[str] = (),
) -> User:
    return {
        "name": name,
        "reads": sorted(reads),
        "writes": sorted(writes),
        "groups": sorted(groups),
        "watches": sorted(watches),
    }


def _text(content: dict[str, Any]) -> str:
    return NOTICE + yaml.safe_dump(content, sort_keys=False, width=100)


if __name__ == "__main__":
    main()
