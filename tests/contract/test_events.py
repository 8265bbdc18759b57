"""What every event has in common, whoever publishes it."""

import ast
import re
import sys
from pathlib import Path
from typing import Any

import folkmoot_events
import pytest
from folkmoot.registry.schemas import schemas
from folkmoot_events import EVENTS, TOPICS, Event

PACKAGE = Path(folkmoot_events.__file__).parent
OF_NO_COMPANY = {"folkmoot.vocabulary.v1", "folkmoot.dead-letters.v1"}
IRREGULAR = {"held", "read", "withdrawn"}


def names(event: type[Event]) -> str:
    return event.__name__


@pytest.mark.parametrize("event", EVENTS, ids=names)
def test_the_type_says_subject_participle_and_major_version(event: type[Event]) -> None:
    prefix, subject, participle, major = event.type.split(".")
    assert prefix == "folkmoot"
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", subject)
    assert participle.endswith("ed") or participle in IRREGULAR
    assert re.fullmatch(r"v[1-9]\d*", major)
    assert event.__name__.casefold() == subject.replace("-", "") + participle


@pytest.mark.parametrize("event", EVENTS, ids=names)
def test_an_event_names_the_topic_that_lists_it(event: type[Event]) -> None:
    assert [t.name for t in TOPICS if event in t.events] == [event.topic]


@pytest.mark.parametrize("event", EVENTS, ids=names)
def test_an_event_is_frozen_and_tolerates_what_it_does_not_know(
    event: type[Event],
) -> None:
    assert event.model_config["frozen"]
    assert event.model_config["extra"] == "ignore"


@pytest.mark.parametrize("name", schemas())
def test_every_field_is_described(name: str) -> None:
    schema = schemas()[name]
    bare = [
        f"{part['title']}.{field}"
        for part in (schema, *schema.get("$defs", {}).values())
        for field, shape in part.get("properties", {}).items()
        if not shape.get("description")
    ]
    assert not bare


@pytest.mark.parametrize("event", EVENTS, ids=names)
def test_every_event_carries_a_revision_and_a_company(event: type[Event]) -> None:
    def fields(model: Any) -> set[str]:
        return set(model.model_fields)

    carried = fields(event)
    if "item" in carried:
        carried |= fields(event.model_fields["item"].annotation)
    assert "revision" in carried
    assert event.topic in OF_NO_COMPANY or "company" in carried


def test_no_two_topics_differ_by_dots_and_underscores_alone() -> None:
    topics = [t.name for t in TOPICS]
    topics += [name for t in TOPICS for name in t.dead_letters.values()]
    assert not [name for name in topics if "_" in name]
    assert len({name.replace("-", ".") for name in topics}) == len(topics)


def test_every_public_model_is_exported() -> None:
    assert {event.__name__ for event in EVENTS} <= set(folkmoot_events.__all__)


def test_the_package_imports_pydantic_and_nothing_else() -> None:
    allowed = {"folkmoot_events", "pydantic"}
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            modules: list[str] = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            for module in modules:
                root = module.partition(".")[0]
                assert root in allowed or root in sys.stdlib_module_names, file
