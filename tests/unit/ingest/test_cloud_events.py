import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from folkmoot_chassis import cloudevents as kafka_binding
from folkmoot_ingest.domain.cloud_events import CloudEvent, structured
from folkmoot_ingest.domain.errors import Refused
from folkmoot_ingest.domain.http_binding import BATCHED, STRUCTURED, parse

GOOD = {
    "specversion": "1.0",
    "id": "1",
    "source": "/notes",
    "type": "note.written",
    "data": {"text": "hello"},
}


def one(headers: dict[str, str], body: bytes | str) -> CloudEvent:
    raw = body.encode() if isinstance(body, str) else body
    ((_, event),) = parse(headers, raw)
    if isinstance(event, Refused):
        raise event
    return event


def rows(text: str) -> dict[str, str]:
    found = re.findall(r"\|\s*(\S+)\s*\|\s*(.*?)\s*\|", text)
    return {name: value for name, value in found if name != "key"}


def scenarios(file: Path) -> Iterator[str]:
    """Yield each scenario with the placeholders of its examples filled in."""
    for text in re.split(r"\n\s*Scenario", file.read_text())[1:]:
        body, _, examples = text.partition("Examples:")
        values = re.findall(r"\|\s*(.*?)\s*\|", examples)[1:] or [""]
        for value in values:
            yield body.replace("<contentType>", value)


def blocks(scenario: str) -> list[str]:
    return re.findall(r'"""\n(.*?)"""', scenario, re.DOTALL)


def test_the_published_http_scenarios_pass(corpora: Path) -> None:
    folder = corpora / "cloudevents/conformance/features"
    passed = 0
    for scenario in scenarios(folder / "http-protocol-binding.feature"):
        request, data = blocks(scenario)
        head, _, body = re.sub(r"(?m)^ {8}", "", request).partition("\n\n")
        lines = (line.partition(":") for line in head.splitlines()[1:])
        event = one({k.lower(): v.strip() for k, _, v in lines}, body)
        expected = rows(scenario.partition("the attributes are")[2])
        assert dict(event.attributes) == expected
        assert event.data == json.loads(data)
        passed += 1
    assert passed == 4


def test_the_published_kafka_scenarios_pass(corpora: Path) -> None:
    folder = corpora / "cloudevents/conformance/features"
    passed = 0
    for scenario in scenarios(folder / "kafka-protocol-binding.feature"):
        payload, data = blocks(scenario)
        given, _, expected = scenario.partition("the attributes are")
        headers = [(k, v.encode()) for k, v in rows(given).items()]
        if "ce_id" in rows(given):
            attributes, raw = kafka_binding.decode(headers), payload.encode()
        else:
            attributes, raw = kafka_binding.decode_structured(payload.encode(), headers)
        assert dict(attributes.values) == rows(expected)
        assert json.loads(raw) == json.loads(data)
        passed += 1
    assert passed == 3


def test_header_values_are_percent_decoded_and_unquoted() -> None:
    headers = {
        "content-type": "application/json",
        "ce-specversion": "1.0",
        "ce-id": "%E2%82%AC%20%22",
        "ce-source": "/s",
        "ce-type": '"a \\"b\\""',
        "ce-traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "ce-unheardof": "kept",
    }
    event = one(headers, "{}")
    assert (event.id, event.type) == ('€ "', 'a "b"')
    assert event.traceparent == headers["ce-traceparent"]
    assert event.attributes["unheardof"] == "kept"


def test_data_may_come_in_base64() -> None:
    encoded = base64.b64encode(b'{"text": "hi"}').decode()
    told = {k: v for k, v in GOOD.items() if k != "data"} | {"data_base64": encoded}
    assert structured(told).data == {"text": "hi"}
    assert structured(told | {"datacontenttype": "image/png"}).data == b'{"text": "hi"}'


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"id": None}, "`id`"),
        ({"id": ""}, "`id`"),
        ({"id": 7}, "`id`"),
        ({"source": None}, "`source`"),
        ({"source": "a b"}, "`source`"),
        ({"type": None}, "`type`"),
        ({"specversion": "0.3"}, "`specversion`"),
        ({"specversion": 1.0}, "`specversion`"),
        ({"time": "yesterday"}, "`time`"),
        ({"time": "2026-05-04T09:00:00"}, "`time`"),
        ({"time": 1714813200}, "`time`"),
        ({"Upper": "x"}, "name"),
        ({"under_score": "x"}, "name"),
        ({"nested": {"a": 1}}, "`nested`"),
        ({"fraction": 1.5}, "`fraction`"),
        ({"subject": "a\nb"}, "`subject`"),
        ({"id": "\ud800"}, "`id`"),
        ({"id": "x" * 3000}, "`id`"),
        ({"data_base64": "aGk="}, "data_base64"),
        ({"data": None, "data_base64": "!"}, "data_base64"),
        ({"data": None, "data_base64": 7}, "data_base64"),
    ],
)
def test_a_bad_event_is_refused_by_name(change: dict[str, Any], hint: str) -> None:
    with pytest.raises(Refused) as refused:
        structured(GOOD | change)
    assert refused.value.status == 422
    assert hint in refused.value.detail


def test_booleans_and_integers_are_attributes_and_null_is_none() -> None:
    event = structured(GOOD | {"flag": True, "count": 7, "subject": None})
    assert event.attributes["flag"] == "true"
    assert event.attributes["count"] == "7"
    assert event.subject is None


def test_a_batch_keeps_its_order_and_tells_each_fault_apart() -> None:
    batch = [GOOD, GOOD | {"id": "2", "type": ""}, 7, GOOD | {"id": "3"}]
    received = parse({"content-type": BATCHED}, json.dumps(batch).encode())
    assert [told for told, _ in received] == ["1", "2", None, "3"]
    assert [isinstance(event, Refused) for _, event in received] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 415),
        ({"content-type": "application/json"}, 415),
        ({"content-type": "application/cloudevents+xml"}, 415),
        ({"content-type": STRUCTURED + "; charset=utf-16"}, 415),
        ({"content-type": "text/plain", "ce-id": "1"}, 415),
        ({"content-type": "application/json", "ce-id": "1"}, 422),
        ({"content-type": BATCHED}, 422),
    ],
)
def test_a_request_that_is_no_event_is_refused(
    headers: dict[str, str], status: int
) -> None:
    with pytest.raises(Refused) as refused:
        one(headers, json.dumps(GOOD))
    assert refused.value.status == status


def test_a_batch_may_hold_500_events() -> None:
    body = json.dumps([GOOD] * 500).encode()
    assert len(parse({"content-type": BATCHED}, body)) == 500
    with pytest.raises(Refused) as refused:
        parse({"content-type": BATCHED}, json.dumps([GOOD] * 501).encode())
    assert refused.value.status == 413
    assert refused.value.members == {"limit": 500}
