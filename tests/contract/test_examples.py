"""The examples beside the schemas: real payloads that decode and come back the same."""

import json
from pathlib import Path

import pytest
from folkmoot_events import EVENTS, Event
from pydantic import BaseModel

EXAMPLES = Path(__file__).parents[2] / "shared" / "examples"
FILES = [
    pytest.param(event, file, id=f"{event.type}/{file.stem}")
    for event in EVENTS
    for file in sorted((EXAMPLES / event.type).glob("*.json"))
]


@pytest.mark.parametrize(("event", "file"), FILES)
def test_an_example_comes_back_as_it_went_in(event: type[Event], file: Path) -> None:
    payload = json.loads(file.read_text())
    decoded = event.model_validate_json(file.read_text())
    assert json.loads(decoded.model_dump_json(exclude_unset=True)) == payload
    assert decoded.key


@pytest.mark.parametrize(("event", "file"), FILES)
def test_an_example_from_a_newer_writer_still_decodes(
    event: type[Event], file: Path
) -> None:
    newer = json.loads(file.read_text()) | {"a_field_of_tomorrow": {"any": "thing"}}
    assert event.model_validate_json(json.dumps(newer)) == event.model_validate_json(
        file.read_text()
    )


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_every_event_has_a_minimal_and_a_full_example(event: type[Event]) -> None:
    minimal = (EXAMPLES / event.type / "minimal.json").read_text()
    full = (EXAMPLES / event.type / "full.json").read_text()
    assert _unset(event.model_validate_json(full)) == []
    required = {n for n, f in event.model_fields.items() if f.is_required()}
    assert set(json.loads(minimal)) == required


def test_no_example_is_of_an_event_that_does_not_exist() -> None:
    assert {d.name for d in EXAMPLES.iterdir()} == {event.type for event in EVENTS}


def _unset(model: BaseModel) -> list[str]:
    missing = [
        f"{type(model).__name__}.{name}"
        for name in type(model).model_fields
        if name not in model.model_fields_set
    ]
    for name in model.model_fields_set:
        value = getattr(model, name)
        parts = value if isinstance(value, tuple) else (value,)
        for part in parts:
            if isinstance(part, BaseModel):
                missing += _unset(part)
    return missing
