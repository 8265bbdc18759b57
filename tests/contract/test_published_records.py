"""What the plumbing makes of an event is what the registry publishes of it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from folkmoot_chassis.cloudevents import encode
from folkmoot_events import EVENTS, Event

from tests.support.published import faults

EXAMPLES = Path(__file__).parents[2] / "shared" / "examples"
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC).isoformat()


def record(event: Event) -> tuple[bytes, bytes, dict[str, bytes]]:
    attributes = {
        "id": "e1",
        "source": "/folkmoot/ingest",
        "specversion": "1.0",
        "type": event.type,
        "subject": event.key,
        "time": NOW,
        "begun": NOW,
    }
    headers = {name: raw or b"" for name, raw in encode(attributes, TRACEPARENT)}
    return (
        event.key.encode(),
        event.model_dump_json(exclude_none=True).encode(),
        headers,
    )


@pytest.mark.parametrize("name", ["minimal", "full"])
@pytest.mark.parametrize("model", EVENTS, ids=lambda model: model.type)
def test_a_record_is_as_published(model: type[Event], name: str) -> None:
    text = (EXAMPLES / model.type / f"{name}.json").read_text()
    key, value, headers = record(model.model_validate_json(text))
    assert list(faults(model.topic, key, value, headers)) == []


def test_a_record_that_is_not_as_published_is_told() -> None:
    model = EVENTS[0]
    text = (EXAMPLES / model.type / "minimal.json").read_text()
    key, value, headers = record(model.model_validate_json(text))
    assert list(faults("folkmoot.people.v1", key, value, headers))
    assert list(faults(model.topic, b"another", value, headers))
    assert list(faults(model.topic, key, b"{}", headers))
    assert list(faults(model.topic, key, value, headers | {"x-secret": b"1"}))
    assert list(faults(model.topic, key, value, {**headers, "ce_type": b"a.b.v1"}))
    assert list(faults(model.topic, key, value, {**headers, "traceparent": b"?"}))
