"""However the service dies, inboxes hold each item once and webhooks each arrive."""

import asyncio

import httpx
import pytest
from folkmoot.local.supervisor import Process

from tests.integration.notification.conftest import Caller, Facts, MakeCaller
from tests.support.conditions import until
from tests.support.processes import SpawnService
from tests.support.tagged_items import an_item, tagged
from tests.support.telling import tell
from tests.support.webhook_receiver import WebhookReceiver

ITEMS = [an_item(f"itm_{n}") for n in range(20)]


async def dies(process: Process) -> None:
    async def dead() -> bool:
        return process.exit_code is not None

    await until(dead, seconds=30)


async def all_delivered(caller: Caller) -> None:
    async def settled() -> bool:
        try:
            log = (await caller.get("/v1/deliveries"))["items"]
        except (httpx.TransportError, httpx.HTTPStatusError):
            return False  # not up yet
        return [one["state"] for one in log] == ["delivered"] * len(ITEMS)

    await until(settled, seconds=40)


@pytest.mark.slow
@pytest.mark.usefixtures("topics")
@pytest.mark.parametrize(
    ("failpoint", "sent_twice"),
    [
        ("transaction.before_commit=kill", 0),
        ("transaction.before_commit=kill@3", 4),
        ("transaction.after_commit=kill", 0),
        ("transaction.after_commit=kill@3", 4),
        ("consumer.before_transaction=kill", 0),
        ("webhook.before_send=kill@3", 4),
        ("webhook.after_send=kill@3", 4),
    ],
)
async def test_a_crash_tells_nobody_twice_and_leaves_nobody_out(
    facts: Facts,
    spawn_service: SpawnService,
    as_person: MakeCaller,
    receiver: WebhookReceiver,
    failpoint: str,
    sent_twice: int,
) -> None:
    whole = await asyncio.to_thread(spawn_service, "notification", facts)
    grace = as_person(f"http://127.0.0.1:{facts['http_port']}")
    endpoint = (await grace.post("/v1/webhooks", {"url": receiver.url})).json()
    await grace.subscribe(expression="borrow", endpoint_id=endpoint["id"])
    await asyncio.to_thread(whole.stop)
    frail = spawn_service(
        "notification", facts | {"failpoints": failpoint}, ready=False
    )
    await tell(facts["kafka_bootstrap"], map(tagged, ITEMS))
    await dies(frail)

    spawn_service("notification", facts, ready=False)
    await all_delivered(grace)

    told = [entry["item_id"] for entry in await grace.inbox(limit=200)]
    assert sorted(told) == sorted(item.id for item in ITEMS)
    keys = [request.headers["webhook-id"] for request in receiver.requests]
    assert len(set(keys)) == len(ITEMS)
    # No more requests are under way to one endpoint than webhook_per_endpoint.
    assert len(keys) - len(ITEMS) <= sent_twice
