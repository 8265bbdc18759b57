"""From what is said to who is told: at once, once, and no longer than it stands."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.support.conditions import until
from tests.support.webhook_receiver import WebhookReceiver
from tests.support.whole import WITHDRAWN, Folkmoot, Json, Reader, an_item, event_of

AT_ONCE = 3.0
"""Seconds; it takes well under one where nothing else runs."""


class Stream:
    """Server-sent events, read one by one."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self, seconds: float = 10) -> tuple[str, Json]:
        """Return the next notification and the id of its event."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(seconds):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if line:
                    fields[name] = value
                elif "data" in fields:
                    return fields["id"], json.loads(fields["data"])
                else:
                    fields = {}
        raise AssertionError("the stream has ended")


@asynccontextmanager
async def following(person: Reader, last: str | None = None) -> AsyncIterator[Stream]:
    """Open a person's stream of notifications, from the last one seen on."""
    url = f"{person.whole.url('notification')}/v1/inbox/stream"
    headers = {"authorization": f"Bearer {person.credential}"}
    if last is not None:
        headers["last-event-id"] = last
    async with person.client.stream("GET", url, headers=headers) as answer:
        answer.raise_for_status()
        yield Stream(answer.aiter_lines())


async def wish(person: Reader, **what: str) -> str:
    """Subscribe and return the subscription's id."""
    made = await person.post("notification", "/v1/subscriptions", what)
    told: str = made["id"]
    return told


async def test_people_are_told_what_they_asked_for_and_why(
    folkmoot: Folkmoot, company: str
) -> None:
    ada, bo, cy = (folkmoot.person(name, company) for name in ("ada", "bo", "cy"))
    opening = an_item("Shall we try salt?", conversation="thread-1")
    await folkmoot.publish(company, opening)
    await ada.finds("salt")
    found = await ada.get("search-index", "/v1/search", q="salt")
    thread = found["hits"][0]["conversation_id"]
    by_word = await wish(ada, expression="kiln AND tag:raku")
    by_thread = await wish(bo, conversation=thread)
    by_name = await wish(cy, mention="me")

    answer = an_item("The kiln is warm, @cy #raku", conversation="thread-1")
    elsewhere = an_item("The kiln is cold", conversation="thread-2")
    began = time.monotonic()
    item, _ = await folkmoot.publish(company, answer, elsewhere)
    for person, reason in ((ada, by_word), (bo, by_thread), (cy, by_name)):
        (told,) = await person.is_told(1)
        assert told["item_id"] == item
        assert [why["subscription_id"] for why in told["why"]] == [reason]
    seconds = time.monotonic() - began
    print(f"\nfrom publishing to three inboxes: {seconds:.2f} s")  # noqa: T201  a figure
    assert seconds < AT_ONCE


async def test_a_stream_delivers_at_once_and_goes_on_where_it_broke_off(
    folkmoot: Folkmoot, company: str
) -> None:
    ada = folkmoot.person("ada", company)
    await wish(ada, expression="glaze")
    async with following(ada) as stream:
        began = time.monotonic()
        await folkmoot.publish(company, an_item("Glaze one"))
        last, first = await stream.next()
        assert time.monotonic() - began < AT_ONCE
    assert first["snippet"] == "Glaze one"
    for text in ("Glaze two", "Glaze three"):
        await folkmoot.publish(company, an_item(text))
    await ada.is_told(3)
    async with following(ada, last) as stream:
        told = [(await stream.next())[1]["snippet"] for _ in range(2)]
        await folkmoot.publish(company, an_item("Glaze four"))
        told.append((await stream.next())[1]["snippet"])
    assert sorted(told[:2]) == ["Glaze three", "Glaze two"]
    assert told[2] == "Glaze four"


async def test_a_webhook_is_signed_as_the_standard_says(
    folkmoot: Folkmoot, company: str, receiver: WebhookReceiver
) -> None:
    ada = folkmoot.person("ada", company)
    endpoint = await ada.post("notification", "/v1/webhooks", {"url": receiver.url})
    await wish(ada, expression="kaolin", endpoint_id=endpoint["id"])
    (item,) = await folkmoot.publish(company, an_item("Kaolin has come"))
    (got,) = await receiver.wait(1)
    verified = Webhook(endpoint["secret"]).verify(got.body, got.headers)
    assert verified["data"]["item_id"] == item
    (notification,) = await ada.is_told(1)
    assert verified["data"]["id"] == notification["id"]
    forged = got.body.replace(b"Kaolin", b"Cobalt")
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint["secret"]).verify(forged, got.headers)

    async def logged() -> bool:
        log = await ada.get("notification", "/v1/deliveries")
        return [one["state"] for one in log["items"]] == ["delivered"]

    await until(logged)


async def test_an_edit_tells_nobody_twice(
    folkmoot: Folkmoot, company: str, receiver: WebhookReceiver
) -> None:
    ada = folkmoot.person("ada", company)
    endpoint = await ada.post("notification", "/v1/webhooks", {"url": receiver.url})
    await wish(ada, expression="slip", endpoint_id=endpoint["id"])
    item = an_item("A slip of the tongue")
    await folkmoot.publish(company, item)
    await receiver.wait(1)
    for take in ("A slip of the pen", "A slip of the pen, again"):
        await folkmoot.publish(company, {**item, "text": take})
    await ada.finds('"pen again"')
    # Told after the edits, in the inbox as in the endpoint's queue.
    await folkmoot.publish(company, an_item("Another slip"))
    await receiver.wait(2)
    await ada.is_told(2)
    told = {one["item_id"]: one["snippet"] for one in await ada.inbox()}
    assert sorted(told.values()) == ["A slip of the pen, again", "Another slip"]
    assert len(receiver.requests) == 2


async def test_what_is_withdrawn_is_gone_from_search_tags_and_inbox(
    folkmoot: Folkmoot, company: str
) -> None:
    ada = folkmoot.person("ada", company)
    await wish(ada, expression="cobalt")
    item = an_item("Cobalt blue #blue", published="2026-03-02T09:15:00Z")
    (id_,) = await folkmoot.publish(company, item)
    await ada.is_told(1)
    await ada.finds("cobalt")
    assert await ada.get("tagging", f"/v1/items/{id_}/tags")
    gone = event_of(company, {"native_id": item["native_id"]}, type=WITHDRAWN)
    (result,) = (await folkmoot.send(company, [gone])).json()["results"]
    assert result["outcome"] == "retracted"
    await ada.finds("cobalt", 0)
    await ada.is_told(0)

    async def nowhere() -> bool:
        asked = [
            ada.call(service, "GET", f"/v1/items/{id_}{rest}")
            for service, rest in (
                ("ingest", ""),
                ("search-index", ""),
                ("tagging", "/tags"),
            )
        ]
        answers = await asyncio.gather(*asked)
        return all(answer.status_code == 404 for answer in answers)

    await until(nowhere)
    # The same thing told again, late and unchanged, does not bring it back.
    await folkmoot.publish(company, item, an_item("Cobalt green"))
    await ada.finds("cobalt AND green")
    assert await ada.total("cobalt") == 1


async def test_what_is_said_can_be_found_within_a_moment(
    folkmoot: Folkmoot, company: str
) -> None:
    ada = folkmoot.person("ada", company)
    taken = []
    for number in range(5):
        began = time.monotonic()
        await folkmoot.publish(company, an_item(f"Shard number {number}"))
        await ada.finds("shard", number + 1)
        taken.append(time.monotonic() - began)
    figures = ", ".join(f"{seconds:.2f}" for seconds in sorted(taken))
    print(f"\nfrom publishing to searchable: {figures} s")  # noqa: T201  a figure
    assert max(taken) < AT_ONCE
