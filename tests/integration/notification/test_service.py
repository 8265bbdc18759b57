"""Items come in by Kafka; people are told by inbox, stream and webhook."""

import asyncio
import time
from typing import Any

import httpx
import pytest
from folkmoot_chassis.service import Service
from folkmoot_notification.app import build_app
from folkmoot_notification.settings import Settings
from standardwebhooks import Webhook

from tests.integration.notification.conftest import Caller, Facts, MakeCaller
from tests.support.conditions import until
from tests.support.platform import Addresses
from tests.support.processes import running
from tests.support.tagged_items import an_item, retracted, tagged
from tests.support.telling import tell
from tests.support.webhook_receiver import WebhookReceiver

OURS = an_item("itm_ours", text="The borrow checker, for the north.")
THEIRS = an_item(
    "itm_theirs", company="south", text="borrow", visibility=("company:south",)
)
PAGED = ("inbox", "deliveries")


async def inbox_has(caller: Caller, count: int) -> list[dict[str, object]]:
    async def so_many() -> bool:
        return len(await caller.inbox()) == count

    await until(so_many, seconds=20)
    return await caller.inbox()


async def test_a_person_is_told_of_what_they_asked_for_and_may_see(
    platform: Addresses, url: str, as_person: MakeCaller
) -> None:
    grace, eve = as_person(url), as_person(url, "eve", "south")
    made = await grace.subscribe(expression="borrow")
    await eve.subscribe(expression="borrow")
    await tell(platform.kafka_bootstrap, [tagged(OURS), tagged(THEIRS)])

    (entry,) = await inbox_has(grace, 1)
    assert entry["item_id"] == OURS.id
    assert entry["snippet"] == OURS.text
    assert entry["permalink"] == OURS.permalink
    assert entry["why"] == [
        {
            "subscription_id": made["id"],
            "kind": "expression",
            "expression": "borrow",
        }
    ]
    assert [e["item_id"] for e in await inbox_has(eve, 1)] == [THEIRS.id]

    edited = OURS.model_copy(update={"revision": 2, "text": "Borrow nothing."})
    await tell(platform.kafka_bootstrap, [tagged(edited), tagged(edited, 2)])

    async def edited_is_shown() -> bool:
        return [e["snippet"] for e in await grace.inbox()] == ["Borrow nothing."]

    await until(edited_is_shown)
    await tell(platform.kafka_bootstrap, [retracted(edited, 3)])
    await inbox_has(grace, 0)


async def test_reading_counts_down_and_is_told_once(
    platform: Addresses, url: str, as_person: MakeCaller, service: Service
) -> None:
    grace = as_person(url)
    await grace.subscribe(expression="borrow")
    await tell(platform.kafka_bootstrap, [tagged(OURS), tagged(an_item("itm_2"))])
    first = (await inbox_has(grace, 2))[0]

    for _ in range(2):
        answer = await grace.post(f"/v1/inbox/{first['id']}/read")
        assert answer.json()["read"] is not None
    page = await grace.get("/v1/inbox", unread=True)

    assert page["unread"] == len(page["items"]) == 1
    sent = service.metrics.sent.labels("folkmoot.deliveries.v1")

    async def three_told() -> bool:
        return bool(sent._value.get() == 3)  # noqa: SLF001  the counter has no other reader

    await until(three_told)
    assert (await grace.post("/v1/inbox/ntf_unknown/read")).status_code == 404
    other = as_person(url, "ada")
    assert (await other.post(f"/v1/inbox/{first['id']}/read")).status_code == 404


async def test_a_stream_shows_what_comes_and_goes_on_where_it_broke_off(
    platform: Addresses, url: str, as_person: MakeCaller, facts: Facts
) -> None:
    grace = as_person(url)
    await grace.subscribe(expression="borrow")
    second = Settings(
        **(facts | {"http_port": facts["http_port"] + 1, "instance": "b"})
    )
    async with running(build_app(second)) as elsewhere:
        other = as_person(elsewhere)
        async with grace.stream() as here, other.stream() as there:
            await tell(platform.kafka_bootstrap, [tagged(OURS)])
            assert (await here.next())[1]["item_id"] == OURS.id
            position, entry = await there.next()
            assert (position, entry["item_id"]) == (1, OURS.id)
        await tell(
            platform.kafka_bootstrap, [tagged(an_item(f"itm_{n}")) for n in range(5)]
        )
        async with other.stream(position) as again:
            seen = [await again.next() for _ in range(5)]

    assert [position for position, _ in seen] == [2, 3, 4, 5, 6]
    assert {entry["item_id"] for _, entry in seen} == {f"itm_{n}" for n in range(5)}


async def test_a_stop_ends_streams_promptly(
    service: Service, as_person: MakeCaller
) -> None:
    async with running(service) as url, as_person(url).stream() as stream:
        reading = asyncio.create_task(stream.next())
        started = time.monotonic()
        await service.stop()
        took = time.monotonic() - started
        with pytest.raises(EOFError):
            await reading
    assert took < 5


async def test_a_webhook_is_signed_traced_and_logged(
    platform: Addresses, url: str, as_person: MakeCaller, receiver: WebhookReceiver
) -> None:
    grace = as_person(url)
    endpoint = (await grace.post("/v1/webhooks", {"url": receiver.url})).json()
    await grace.subscribe(expression="borrow", endpoint_id=endpoint["id"])
    await tell(platform.kafka_bootstrap, [tagged(OURS), tagged(OURS)])

    (request,) = await receiver.wait(1)
    Webhook(endpoint["secret"]).verify(request.body, request.headers)
    assert request.data["data"]["item_id"] == OURS.id
    trace = request.headers["traceparent"].split("-")[1]
    (entry,) = await grace.inbox()
    assert entry["trace_id"] == trace

    async def delivered() -> bool:
        (log,) = (await grace.get("/v1/deliveries"))["items"]
        return bool(log["state"] == "delivered")

    await until(delivered)
    key = request.headers["webhook-id"]
    log = await grace.get(f"/v1/deliveries/{key}")
    assert [a["status"] for a in log["attempts"]] == [204]
    assert log["trace_id"] == trace
    assert log["next_attempt"] is None
    listed = await grace.get("/v1/webhooks")
    assert listed["items"][0]["secret"] is None
    assert (await grace.post(f"/v1/deliveries/{key}/retry")).status_code == 202
    assert (await receiver.wait(2))[1].headers["webhook-id"] == key
    other = as_person(url, "ada")
    assert (await other.post(f"/v1/deliveries/{key}/retry")).status_code == 404


async def pages_of(caller: Caller, path: str) -> list[int]:
    """Return how much is on each page of two, for as long as there is a next one."""
    sizes: list[int] = []
    more: dict[str, Any] = {}
    while len(sizes) < 9:
        page = await caller.get(path, limit=2, **more)
        sizes.append(len(page["items"]))
        if page["next"] is None:
            break
        more = {"before": page["next"]}
    return sizes


async def test_the_last_page_says_that_it_is(
    platform: Addresses, url: str, as_person: MakeCaller, receiver: WebhookReceiver
) -> None:
    grace = as_person(url)
    assert [await pages_of(grace, f"/v1/{p}") for p in PAGED] == [[0], [0]]
    endpoint = (await grace.post("/v1/webhooks", {"url": receiver.url})).json()
    await grace.subscribe(expression="borrow", endpoint_id=endpoint["id"])
    for last, sizes in ((4, [2, 2]), (5, [2, 2, 1])):
        events = [tagged(an_item(f"itm_{n}")) for n in range(last)]
        await tell(platform.kafka_bootstrap, events)
        await inbox_has(grace, last)
        assert [await pages_of(grace, f"/v1/{p}") for p in PAGED] == [sizes, sizes]
    answer = await grace.client.get("/v1/deliveries", params={"before": "msg_no"})
    assert answer.json()["type"] == "urn:folkmoot:problem:invalid-cursor"


async def test_a_failed_webhook_waits_as_long_as_it_is_asked_to(
    url: str, as_person: MakeCaller, receiver: WebhookReceiver
) -> None:
    receiver.answers = [(503, {"retry-after": "120"}), (302, {"location": "/x"})]
    grace = as_person(url)
    endpoint = (await grace.post("/v1/webhooks", {"url": receiver.url})).json()
    for count in (1, 2):
        tried = await grace.post(f"/v1/webhooks/{endpoint['id']}/test")
        assert tried.status_code == 202
        await receiver.wait(count)

    async def logged() -> bool:
        items = (await grace.get("/v1/deliveries"))["items"]
        return all(item["attempts"] for item in items)

    await until(logged)
    newer, older = (await grace.get("/v1/deliveries"))["items"]
    assert [older["attempts"][0]["status"], newer["attempts"][0]["status"]] == [
        503,
        302,
    ]
    assert older["next_attempt"] > newer["next_attempt"]
    assert older["state"] == newer["state"] == "pending"
    assert len(receiver.requests) == 2


async def test_what_is_asked_wrongly_is_explained(
    url: str, as_person: MakeCaller
) -> None:
    grace = as_person(url)
    bad = await grace.post("/v1/subscriptions", {"expression": 'rust AND "borrow'})
    problem = bad.json()
    assert bad.status_code == 400
    assert problem["type"] == "urn:folkmoot:problem:invalid-query"
    assert problem["position"] == 9
    assert "^" in problem["excerpt"]
    loose = await grace.post("/v1/subscriptions", {"expression": "NOT rust"})
    assert loose.json()["type"] == "urn:folkmoot:problem:unanchored-query"
    both = {"expression": "rust", "mention": "me"}
    assert (await grace.post("/v1/subscriptions", both)).status_code == 422
    for target in ("http://10.0.0.1/", "https://169.254.169.254/", "nonsense"):
        refused = await grace.post("/v1/webhooks", {"url": target})
        assert refused.json()["type"] == "urn:folkmoot:problem:refused-url"
    bad_id = {"last-event-id": "x"}
    answer = await grace.client.get("/v1/inbox/stream", headers=bad_id)
    assert answer.status_code == 400


async def test_subscriptions_are_made_once_listed_and_dropped(
    url: str, as_person: MakeCaller
) -> None:
    grace, ada = as_person(url), as_person(url, "ada")
    key = {"Idempotency-Key": "once"}
    body = {"conversation": "cnv_1"}
    one = (await grace.post("/v1/subscriptions", body, **key)).json()
    again = (await grace.post("/v1/subscriptions", body, **key)).json()
    assert one == again
    other = await grace.post("/v1/subscriptions", {"mention": "me"}, **key)
    assert other.status_code == 422

    assert (await grace.get("/v1/subscriptions"))["items"][0]["id"] == one["id"]
    path = f"/v1/subscriptions/{one['id']}"
    assert (await ada.client.get(path)).status_code == 404
    assert (await ada.client.delete(path)).status_code == 404
    assert (await grace.get(path))["kind"] == "conversation"
    assert (await grace.client.delete(path)).status_code == 204
    assert (await grace.client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "path", ["subscriptions", "inbox", "inbox/stream", "webhooks", "deliveries"]
)
async def test_nobody_is_answered_without_a_token(url: str, path: str) -> None:
    async with httpx.AsyncClient(base_url=url) as client:
        answer = await client.get(f"/v1/{path}")
    assert answer.status_code == 401
