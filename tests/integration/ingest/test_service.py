"""The whole service between real Kafka and real MongoDB."""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from folkmoot_chassis import cloudevents
from folkmoot_events import INBOUND, ItemCaptured, ItemRevised
from folkmoot_ingest.gateways.archives import Submitted, read_archive

from tests.integration.ingest.conftest import KEYS, Hear, Put, Send
from tests.support.conditions import until
from tests.support.processes import SignToken

ITEMS = ItemCaptured.topic
DEAD = f"{INBOUND}.ingest.dlq"
pytestmark = pytest.mark.usefixtures("client")

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-{'7' * 16}-01"


def event(number: int, text: str = "Good morning", **more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"e{number}",
        "source": "crm.north",
        "type": "folkmoot.item.submitted.v1",
        "data": {
            "native_id": str(number),
            "text": text,
            "published": "2026-05-04T09:30:00Z",
        }
        | more,
    }


async def told(hear: Hear, count: int) -> list[Any]:
    async def enough() -> list[Any] | None:
        records = await hear(ITEMS)
        return records if len(records) >= count else None

    return await until(enough) or []


def headers(record: Any) -> dict[str, str]:
    return {name: value.decode() for name, value in record.headers}


def inbound(**changed: str) -> list[tuple[str, bytes | None]]:
    attributes: dict[str, str | None] = {
        "specversion": "1.0",
        "id": "k1",
        "source": "crm.north",
        "type": "deal.won",
        "subject": "deal/1",
    }
    return list(cloudevents.encode(attributes | changed, PARENT))


async def test_an_event_becomes_an_item_on_its_topic_in_the_same_trace(
    send: Send, hear: Hear
) -> None:
    answer = await send([event(1)], traceparent=PARENT)
    assert answer.status_code == 202
    (result,) = answer.json()["results"]
    (record,) = await told(hear, 1)
    assert record.key.decode() == result["item_id"]
    assert headers(record)["ce_type"] == "folkmoot.item.captured.v1"
    assert headers(record)["traceparent"].split("-")[1] == TRACE
    item = ItemCaptured.model_validate_json(record.value).item
    assert (item.id, item.text, item.company) == (
        result["item_id"],
        "Good morning",
        "north",
    )


async def test_an_event_s_own_trace_goes_before_the_request_s(
    send: Send, hear: Hear
) -> None:
    other = f"00-{'a' * 32}-{'b' * 16}-01"
    await send([event(1) | {"traceparent": other}], traceparent=PARENT)
    (record,) = await told(hear, 1)
    assert headers(record)["traceparent"].split("-")[1] == "a" * 32


async def test_of_no_events_there_is_nothing_to_tell(send: Send) -> None:
    answer = await send([])
    assert (answer.status_code, answer.json()) == (202, {"results": []})


async def test_an_archive_imported_twice_at_once_is_there_once(
    send: Send, hear: Hear, client: httpx.AsyncClient, corpora: Path
) -> None:
    found = read_archive("slack", corpora / "exports/slack-houston")
    events = [
        event(number) | {"data": e.submission.model_dump(mode="json")}
        for number, e in enumerate(found)
        if isinstance(e, Submitted)
    ]
    batches = [events[start : start + 250] for start in range(0, len(events), 250)]
    answers = await asyncio.gather(*(send(batch) for batch in batches * 2))
    outcomes = Counter(r["outcome"] for a in answers for r in a.json()["results"])
    assert outcomes == {"captured": 1_382, "duplicate": 1_382}
    stats = await client.get("/v1/stats", headers={"x-api-key": KEYS["north"]})
    assert stats.json()["revisions"] == 1_382
    keys = [record.key for record in await told(hear, 1_382)]
    assert len(keys) == len(set(keys)) == 1_382


async def test_revisions_of_an_item_are_told_in_their_order(
    send: Send, hear: Hear
) -> None:
    edits = [
        event(1, f"take {n}", edited=f"2026-05-04T10:{n:02}:00Z") for n in range(20)
    ]
    await send([event(1), *edits])
    records = await told(hear, 21)
    revisions = [ItemRevised.model_validate_json(r.value).item for r in records[1:]]
    assert [item.revision for item in revisions] == list(range(2, 22))
    assert revisions[-1].text == "take 19"


async def test_other_systems_are_heard_on_the_inbound_topic(
    put: Put, hear: Hear
) -> None:
    structured = event(7) | {"source": "crm.north"}
    await put(INBOUND, b'{"text": "We won"}', inbound())
    await put(
        INBOUND,
        json.dumps(structured).encode(),
        [("content-type", b"application/cloudevents+json; charset=utf-8")],
    )
    records = await told(hear, 2)
    items = [ItemCaptured.model_validate_json(r.value).item for r in records]
    assert {item.native_id for item in items} == {"deal/1", "7"}
    assert {item.company for item in items} == {"north"}
    traces = {headers(record)["traceparent"].split("-")[1] for record in records}
    assert TRACE in traces


async def test_the_same_event_id_with_another_body_is_the_same_event(
    put: Put, hear: Hear
) -> None:
    await put(INBOUND, b'{"text": "first"}', inbound())
    await put(INBOUND, b'{"text": "second"}', inbound())
    await put(INBOUND, b'{"text": "third"}', inbound(id="k2", subject="deal/2"))
    records = await told(hear, 2)
    texts = {ItemCaptured.model_validate_json(r.value).item.text for r in records}
    assert texts == {"first", "third"}


FAR = (datetime.now(UTC) + timedelta(days=3)).isoformat()


@pytest.mark.parametrize(
    ("value", "told_headers", "reason"),
    [
        (b'{"text": "x"}', inbound(source="erp.west"), "unregistered-source"),
        (b'{"text": "x"}', inbound(time=FAR), "future-time"),
        (b'{"text": 7}', inbound(), "invalid-item"),
        (b'{"text": "x', inbound(), "malformed-json"),
        (b"[" * 5000, inbound(), "too-deep"),
        (None, inbound(), "null-value"),
    ],
)
async def test_poison_is_set_aside_with_its_reason_and_its_neighbours_pass(
    put: Put,
    hear: Hear,
    value: bytes | None,
    told_headers: list[tuple[str, bytes | None]],
    reason: str,
) -> None:
    good = b'{"text": "good"}'
    await put(INBOUND, good, inbound(id="a", subject="a"))
    await put(INBOUND, value, told_headers)
    await put(INBOUND, good, inbound(id="b", subject="b"))
    assert len(await told(hear, 2)) == 2

    async def set_aside() -> list[Any]:
        return await hear(DEAD)

    (dead,) = await until(set_aside)
    assert dead.value == value
    assert reason in headers(dead).values()


async def test_people_see_what_they_may_and_nobody_else_sees_anything(
    send: Send, client: httpx.AsyncClient, sign_token: SignToken
) -> None:
    answer = await send([event(1)])
    path = f"/v1/items/{answer.json()['results'][0]['item_id']}"

    async def status(path: str, bearer: str | None) -> int:
        headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
        return (await client.get(path, headers=headers)).status_code

    for asked in (path, f"{path}/record"):
        assert await status(asked, sign_token("ada", "north")) == 200
        assert await status(asked, sign_token("bo", "south")) == 404
        assert await status(asked, KEYS["north"]) == 401
        assert await status(asked, None) == 401
    assert await status("/v1/stats", sign_token("bo", "south")) == 200
    assert await status("/v1/stats", None) == 401
    assert await status("/health/ready", None) == 200


async def test_a_key_that_is_revoked_lets_nobody_in(
    send: Send, facts: dict[str, Any]
) -> None:
    assert (await send([event(1)])).status_code == 202
    facts["api_keys"].write_text('{"keys": []}')

    async def refused() -> bool:
        return (await send([event(1)])).status_code == 401

    assert await until(refused)
