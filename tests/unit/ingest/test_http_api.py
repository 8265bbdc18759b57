import gzip
import hashlib
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from folkmoot_chassis import problems
from folkmoot_chassis.auth import Claims, require_claims
from folkmoot_ingest.api.callers import Callers
from folkmoot_ingest.api.events import event_routes
from folkmoot_ingest.api.items import item_routes
from folkmoot_ingest.api.stats import stats_routes
from folkmoot_ingest.domain.api_keys import ApiKey, ApiKeys
from folkmoot_ingest.domain.http_binding import BATCHED, STRUCTURED
from folkmoot_ingest.ports import Transaction
from folkmoot_ingest.use_cases.accept_events import AcceptEvents
from folkmoot_ingest.use_cases.capture_items import CaptureItems
from folkmoot_ingest.use_cases.count_items import CountItems
from folkmoot_ingest.use_cases.read_item import ReadItem
from pymongo.errors import (
    AutoReconnect,
    NotPrimaryError,
    ServerSelectionTimeoutError,
)
from typing_extensions import override

from tests.support.ingest_fakes import (
    SOURCE,
    FakeItems,
    FakeReadings,
    FakeRecord,
    FakeTransactions,
    ManualClock,
    T,
)

SECRET = "A" * 43


def key(name: str, **more: Any) -> tuple[str, ApiKey]:
    told = f"folkmoot_test_{name}_{SECRET}"
    digest = hashlib.sha256(told.encode()).hexdigest()
    return told, ApiKey(id=name, sha256=digest, **({"company": "north"} | more))


NORTH, NORTH_KEY = key("n1")
SOUTH, SOUTH_KEY = key("s1", company="south")
NARROW, NARROW_KEY = key("n2", sources=("crm.*",))
READING, READING_KEY = key("n3", scopes=("stats",))
OLD, OLD_KEY = key("n4", expires=datetime(2026, 5, 4, 12, tzinfo=UTC))
KEYS = ApiKeys([NORTH_KEY, SOUTH_KEY, NARROW_KEY, READING_KEY, OLD_KEY])


def event(number: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": number,
        "source": SOURCE,
        "type": "folkmoot.item.submitted.v1",
        "data": {"native_id": number, "text": "Good morning"} | more,
    }


class Transactions(FakeTransactions):
    """Fails as long as it is told to."""

    failure: Exception | None = None

    @override
    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        if self.failure:
            raise self.failure
        return await super().run(work)


@pytest.fixture
def transactions() -> Transactions:
    return Transactions()


@pytest.fixture
async def client(transactions: Transactions) -> AsyncIterator[httpx.AsyncClient]:
    items, record, clock = FakeItems(), FakeRecord(), ManualClock()
    readings = FakeReadings(items, record)
    capture = CaptureItems(items, record, clock)
    callers = Callers(lambda: KEYS, clock)
    app = FastAPI()
    problems.install(app)
    accept = AcceptEvents(capture, transactions, clock)
    app.include_router(event_routes(accept, callers.publisher))
    app.include_router(item_routes(ReadItem(readings)))
    app.include_router(stats_routes(CountItems(readings), callers.member))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as made:
        made.headers["x-api-key"] = NORTH
        app.state.claims = Claims("ada", {"company": "north"})
        app.dependency_overrides[require_claims] = lambda: app.state.claims
        yield made


async def send(
    client: httpx.AsyncClient, body: Any, kind: str = BATCHED, **headers: str
) -> httpx.Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post(
        "/v1/events", content=raw, headers={"content-type": kind} | named
    )


async def test_one_event_is_answered_with_what_became_of_it(
    client: httpx.AsyncClient,
) -> None:
    answer = await send(client, event(), STRUCTURED)
    assert answer.status_code == 202
    (result,) = answer.json()["results"]
    assert result == {
        "id": "1",
        "item_id": result["item_id"],
        "revision": 1,
        "outcome": "captured",
    }
    again = await send(client, event(), STRUCTURED)
    assert again.json()["results"] == [result | {"outcome": "duplicate"}]


async def test_binary_mode_carries_the_attributes_in_headers(
    client: httpx.AsyncClient,
) -> None:
    attributes = {k: v for k, v in event().items() if k != "data"}
    headers = {f"ce_{name}": value for name, value in attributes.items()}
    answer = await send(client, event()["data"], "application/json", **headers)
    assert answer.json()["results"][0]["outcome"] == "captured"


async def test_the_good_events_of_a_batch_are_kept(client: httpx.AsyncClient) -> None:
    bad = event("2", text=7)
    answer = await send(client, [event("1"), bad, event("3")])
    assert answer.status_code == 202
    first, second, third = answer.json()["results"]
    assert (first["outcome"], third["outcome"]) == ("captured", "captured")
    assert second["id"] == "2"
    assert second["problem"]["type"] == "urn:folkmoot:problem:invalid-item"
    assert second["problem"]["errors"][0]["pointer"] == "/data/text"
    assert (await client.get("/v1/stats")).json()["items"] == 2


async def test_a_lone_bad_event_is_a_problem(client: httpx.AsyncClient) -> None:
    answer = await send(client, event() | {"type": ""}, STRUCTURED)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == problems.MEDIA_TYPE
    assert answer.json()["type"] == "urn:folkmoot:problem:invalid-event"


async def test_a_batch_of_which_nothing_is_good_is_a_problem(
    client: httpx.AsyncClient,
) -> None:
    answer = await send(client, [7, event(text=7)])
    assert answer.status_code == 422
    assert len(answer.json()["results"]) == 2


@pytest.mark.parametrize(
    "failure",
    [
        AutoReconnect("connection closed"),
        ServerSelectionTimeoutError("no primary"),
        NotPrimaryError("stepped down"),
    ],
)
async def test_while_the_database_is_away_a_publisher_is_asked_to_come_again(
    client: httpx.AsyncClient, transactions: Transactions, failure: Exception
) -> None:
    transactions.failure = failure
    answer = await send(client, [event()])
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.headers["content-type"] == problems.MEDIA_TYPE
    assert answer.json()["type"] == "urn:folkmoot:problem:unavailable"
    transactions.failure = None
    again = await send(client, [event()])
    assert again.json()["results"][0]["outcome"] == "captured"


async def test_an_empty_batch_is_no_problem(client: httpx.AsyncClient) -> None:
    assert (await send(client, [])).json() == {"results": []}


BIG = event(text="x" * (1024 * 1024))
DEEP = b"[" * 40 + b"]" * 40


@pytest.mark.parametrize(
    ("body", "kind", "status", "limit"),
    [
        (BIG, STRUCTURED, 413, 1024 * 1024),
        ([BIG] * 5, BATCHED, 413, 5 * 1024 * 1024),
        ([event()] * 501, BATCHED, 413, 500),
        (DEEP, BATCHED, 422, 32),
        (b"{", STRUCTURED, 400, None),
        (b"\xff", STRUCTURED, 400, None),
        (event(), "application/json", 415, None),
        (event(), "text/plain", 415, None),
        (event(), "application/cloudevents+avro", 415, None),
    ],
)
async def test_a_limit_is_named_by_the_problem(
    client: httpx.AsyncClient, body: Any, kind: str, status: int, limit: int | None
) -> None:
    answer = await send(client, body, kind)
    assert answer.status_code == status
    assert answer.json().get("limit") == limit
    assert answer.headers["content-type"] == problems.MEDIA_TYPE


async def test_a_body_without_a_length_is_cut_off_at_the_limit(
    client: httpx.AsyncClient,
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65_536

    headers = {"content-type": STRUCTURED}
    answer = await client.post("/v1/events", content=endless(), headers=headers)
    assert answer.status_code == 413


async def test_an_event_too_large_for_a_record_is_refused_and_its_batch_kept(
    client: httpx.AsyncClient,
) -> None:
    many = [{"url": f"https://example.org/{n}/{'x' * 4000}"} for n in range(300)]
    answer = await send(client, [event("1"), event("2", links=many), event("3")])
    assert answer.status_code == 202
    first, second, third = answer.json()["results"]
    assert (first["outcome"], third["outcome"]) == ("captured", "captured")
    assert second["problem"]["limit"] == 1024 * 1024


@pytest.mark.parametrize(
    "bad",
    [
        {"links": ["https://example.org/\ud800"]},
        {"attachments": [{"name": "\udfff"}]},
        {"attachments": [{"size": 2**63}]},
        {"title": "\ud800"},
    ],
)
async def test_what_nobody_could_store_is_refused_and_its_batch_kept(
    client: httpx.AsyncClient, bad: dict[str, Any]
) -> None:
    answer = await send(client, [event("1"), event("2", **bad), event("3")])
    first, second, third = answer.json()["results"]
    assert (first["outcome"], third["outcome"]) == ("captured", "captured")
    assert second["problem"]["type"] == "urn:folkmoot:problem:invalid-item"


@pytest.mark.parametrize("kind", [STRUCTURED, "application/json"])
async def test_a_lone_event_is_measured_when_unpacked(
    client: httpx.AsyncClient, kind: str
) -> None:
    attributes = {k: v for k, v in event().items() if k != "data"}
    headers = {f"ce_{k}": v for k, v in attributes.items()} if "/json" in kind else {}
    body = b'{"data": "' + gzip.decompress(noise(1536 * 1024)) + b'"}'
    packed = gzip.compress(body)
    assert len(packed) < 1024 * 1024
    answer = await send(client, packed, kind, content_encoding="gzip", **headers)
    assert (answer.status_code, answer.json()["limit"]) == (413, 1024 * 1024)


async def test_gzip_is_read(client: httpx.AsyncClient) -> None:
    packed = gzip.compress(json.dumps([event()] * 400).encode())
    answer = await send(client, packed, content_encoding="gzip")
    assert answer.status_code == 202
    assert len(answer.json()["results"]) == 400


def bomb(size: int) -> bytes:
    packing = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packing.compress(b" " * size) + packing.flush()


def noise(size: int) -> bytes:
    """Return what compresses 2:1 or so, to pass the ratio and not the size."""
    seed = hashlib.sha256(b"noise").hexdigest().encode()
    parts = (
        hashlib.sha256(seed + n.to_bytes(4)).hexdigest() for n in range(size // 64)
    )
    return gzip.compress("".join(parts).encode(), 1)


@pytest.mark.parametrize(
    ("body", "encoding", "status", "kind"),
    [
        (bomb(1024 * 1024), "gzip", 413, "compressed-too-well"),
        (bomb(100 * 1024 * 1024), "gzip", 413, "compressed-too-well"),
        (b"not gzip", "gzip", 400, "malformed-gzip"),
        (bomb(100)[:-4], "gzip", 400, "malformed-gzip"),
        (bomb(100) + b"tail", "gzip", 400, "malformed-gzip"),
        (b"{}", "br", 415, "unsupported-encoding"),
        (noise(9 * 1024 * 1024), "gzip", 413, "too-large"),
    ],
)
async def test_a_bomb_does_not_go_off(
    client: httpx.AsyncClient, body: bytes, encoding: str, status: int, kind: str
) -> None:
    answer = await send(client, body, content_encoding=encoding)
    assert (answer.status_code, answer.json()["type"]) == (
        status,
        f"urn:folkmoot:problem:{kind}",
    )


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("", 401),
        (NORTH[:-1] + "B", 401),
        ("folkmoot_test_unknown_" + SECRET, 401),
        (OLD, 401),
        ("x" * 10_000, 401),
        (READING, 403),
        (NORTH, 202),
    ],
)
async def test_only_a_good_key_lets_publish(
    client: httpx.AsyncClient, told: str, status: int
) -> None:
    assert (await send(client, [event()], x_api_key=told)).status_code == status
    del client.headers["x-api-key"]
    answer = await send(client, [event()], authorization=f"Bearer {told}")
    assert answer.status_code == status
    assert SECRET not in answer.text


async def test_a_token_of_a_person_does_not_let_publish(
    client: httpx.AsyncClient,
) -> None:
    del client.headers["x-api-key"]
    answer = await send(client, [event()], authorization="Bearer e30.e30.x")
    assert answer.status_code == 401


async def test_a_key_speaks_for_its_sources_alone(client: httpx.AsyncClient) -> None:
    crm = event() | {"source": "crm.north"}
    answer = await send(client, [event(), crm], x_api_key=NARROW)
    refused, kept = answer.json()["results"]
    assert refused["problem"]["status"] == 403
    assert kept["outcome"] == "captured"
    lone = await send(client, event(), STRUCTURED, x_api_key=NARROW)
    assert lone.status_code == 403


async def test_the_company_is_the_key_s_and_never_the_body_s(
    client: httpx.AsyncClient,
) -> None:
    await send(client, [event(company="north")], x_api_key=SOUTH)
    own = await client.get("/v1/stats", headers={"x-api-key": SOUTH})
    assert own.json() == {
        "company": "south",
        "items": 1,
        "retracted": 0,
        "revisions": 1,
    }
    assert (await client.get("/v1/stats")).json()["items"] == 0


async def test_an_item_and_its_record_are_shown_to_those_who_may_see_them(
    client: httpx.AsyncClient,
) -> None:
    answer = await send(client, [event()])
    path = f"/v1/items/{answer.json()['results'][0]['item_id']}"
    assert (await client.get(path)).json()["text"] == "Good morning"
    (entry,) = (await client.get(f"{path}/record")).json()["entries"]
    assert (entry["revision"], entry["outcome"]) == (1, "captured")


async def test_what_one_may_not_see_is_not_there(client: httpx.AsyncClient) -> None:
    answer = await send(client, [event()], x_api_key=SOUTH)
    path = f"/v1/items/{answer.json()['results'][0]['item_id']}"
    for asked in (path, f"{path}/record", "/v1/items/itm_none"):
        assert (await client.get(asked)).status_code == 404
