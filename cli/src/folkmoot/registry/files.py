"""The registry as files: what was published, and what the models say now."""

import json
from collections.abc import Mapping
from pathlib import Path

import yaml

from folkmoot.registry import generated
from folkmoot.registry.asyncapi import document
from folkmoot.registry.compatibility import Breach, breaches
from folkmoot.registry.schemas import Schema, schemas

PATTERN = "schemas/*.json"
NOTICE = "# Generated from folkmoot_events by `make schemas`; do not edit.\n"


class BreakingChangeError(Exception):
    """The models no longer agree with what was published."""

    def __init__(self, found: list[Breach]) -> None:
        super().__init__("\n".join(breach.message for breach in found))
        self.breaches = found


def published(shared: Path) -> dict[str, Schema]:
    """Return the committed schemas by event type."""
    files = sorted((shared / "schemas").glob("*.json"))
    return {file.stem: json.loads(file.read_text()) for file in files}


def rendered() -> dict[str, str]:
    """Return the text of every generated file by its path under `shared/`."""
    texts = {
        f"schemas/{event}.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for event, schema in schemas().items()
    }
    return texts | {"asyncapi.yaml": NOTICE + _yaml(document())}


def drift(shared: Path) -> list[str]:
    """Return the paths of generated files that are not as the models say."""
    return generated.drift(shared, rendered(), PATTERN)


def write(shared: Path) -> list[str]:
    """Bring the generated files up to date and return which ones changed.

    Raises BreakingChangeError, and writes nothing, where a published event would break.
    """
    if found := breaches(published(shared), schemas()):
        raise BreakingChangeError(found)
    return generated.write(shared, rendered(), PATTERN)


def _yaml(content: Mapping[str, object]) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
