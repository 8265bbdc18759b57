"""The registry as files: what was published, and what the models say now."""

import json
from collections.abc import Mapping
from pathlib import Path

import yaml

from folkmoot.registry.asyncapi import document
from folkmoot.registry.compatibility import Breach, breaches
from folkmoot.registry.schemas import Schema, schemas

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
    texts = rendered()
    stray = {f"schemas/{event}.json" for event in published(shared)} - texts.keys()
    stale = {path for path, text in texts.items() if _read(shared / path) != text}
    return sorted(stray | stale)


def write(shared: Path) -> list[str]:
    """Bring the generated files up to date and return which ones changed.

    Raises BreakingChangeError, and writes nothing, where a published event would break.
    """
    if found := breaches(published(shared), schemas()):
        raise BreakingChangeError(found)
    changed = drift(shared)
    texts = rendered()
    for path in changed:
        (shared / path).parent.mkdir(parents=True, exist_ok=True)
        (shared / path).write_text(texts[path])
    return changed


def _read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def _yaml(content: Mapping[str, object]) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
