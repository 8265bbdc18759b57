"""One trace from the publisher's request to the delivered webhook, without content."""

import asyncio
import secrets
from collections import Counter
from typing import Any

from aiokafka import AIOKafkaProducer
from folkmoot_chassis import cloudevents
from folkmoot_events import INBOUND

from tests.support.conditions import until
from tests.support.webhook_receiver import WebhookReceiver
from tests.support.whole import Folkmoot, Json, an_item, event_of

ITEMS, TAGS = "folkmoot.items.v1", "folkmoot.item-tags.v1"
DELIVERIES = "folkmoot.deliveries.v1"


def http(route: str, status: int) -> Json:
    return {
        "http.request.method": "POST",
        "url.scheme": "http",
        "http.route": route,
        "http.response.status_code": status,
    }


def messaging(operation: str, topic: str, **more: Any) -> Json:
    return {
        "messaging.system": "kafka",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "messaging.destination.name": topic,
    } | more


def process(service: str, topic: str) -> Json:
    """Return what a `process` span must tell; a type stands for any value of it."""
    told = {
        "messaging.destination.partition.id": str,
        "messaging.kafka.offset": int,
        "messaging.consumer.group.name": f"folkmoot-{service}",
        "messaging.message.id": str,
    }
    return messaging("process", topic, **told)


REQUEST = ("ingest", "POST /v1/events")
ITEM_SENT = ("ingest", f"send {ITEMS}")
TAGGING = ("tagging", f"process {ITEMS}")
TAGS_SENT = ("tagging", f"send {TAGS}")
INDEXING = ("search-index", f"process {TAGS}")
NOTIFYING = ("notification", f"process {TAGS}")
TOLD = ("notification", f"send {DELIVERIES}")
WEBHOOK = ("notification", "POST webhook")
PUBLISHER = ("the test", "its own span")

GOLDEN = {
    REQUEST: (PUBLISHER, "SERVER", http("/v1/events", 202)),
    ITEM_SENT: (REQUEST, "PRODUCER", messaging("send", ITEMS)),
    TAGGING: (REQUEST, "CONSUMER", process("tagging", ITEMS)),
    TAGS_SENT: (TAGGING, "PRODUCER", messaging("send", TAGS)),
    INDEXING: (TAGGING, "CONSUMER", process("search-index", TAGS)),
    NOTIFYING: (TAGGING, "CONSUMER", process("notification", TAGS)),
    TOLD: (NOTIFYING, "PRODUCER", messaging("send", DELIVERIES)),
    WEBHOOK: (
        NOTIFYING,
        "CLIENT",
        {
            "http.request.method": "POST",
            "http.response.status_code": 204,
            "server.address": "127.0.0.1",
            "server.port": int,
        },
    ),
}
"""Each span of the trace: the parent it must have, its kind and its attributes."""


def fits(wanted: Json, told: Json) -> bool:
    """Compare attributes; a type in `wanted` stands for any value of that type."""
    return wanted.keys() == told.keys() and all(
        isinstance(told[name], value)
        if isinstance(value, type)
        else told[name] == value
        for name, value in wanted.items()
    )


def name_of(span: Json) -> tuple[str, str]:
    return span["resource"]["attributes"]["service.name"], span["name"]


def id_of(span: Json) -> str:
    told: str = span["context"]["span_id"]
    return told.removeprefix("0x")


class Publication:
    """A sampled trace that the test begins."""

    def __init__(self) -> None:
        self.trace = secrets.token_hex(16)
        self.span = secrets.token_hex(8)
        self.traceparent = f"00-{self.trace}-{self.span}-01"


async def follow(folkmoot: Folkmoot, company: str, expression: str, url: str) -> None:
    """Have a person told by webhook of what an expression matches."""
    ada = folkmoot.person("ada", company)
    endpoint = await ada.post("notification", "/v1/webhooks", {"url": url})
    wish = {"expression": expression, "endpoint_id": endpoint["id"]}
    await ada.post("notification", "/v1/subscriptions", wish)


async def test_one_trace_leads_from_the_request_to_the_delivered_webhook(
    folkmoot: Folkmoot, company: str, receiver: WebhookReceiver
) -> None:
    await follow(folkmoot, company, "glaze", receiver.url)
    begun = Publication()
    await folkmoot.publish(
        company, an_item("A new glaze"), traceparent=begun.traceparent
    )

    async def whole() -> list[Json] | None:
        spans = folkmoot.whole.spans(begun.trace)
        names = Counter(map(name_of, spans))
        # Two deliveries are told of: that to the inbox, and that to the webhook.
        done = names.keys() == GOLDEN.keys() and names[TOLD] == 2
        return spans if done else None

    spans = await until(whole, seconds=20) or []
    by_id = {id_of(span): name_of(span) for span in spans} | {begun.span: PUBLISHER}
    for span in spans:
        parent, kind, attributes = GOLDEN[name_of(span)]
        told = (name_of(span), by_id.get(span["parent_id"].removeprefix("0x")))
        if name_of(span) != TOLD:
            assert told == (name_of(span), parent)
        assert told[1] in GOLDEN.keys() | {PUBLISHER}
        assert span["kind"] == f"SpanKind.{kind}"
        assert fits(attributes, span["attributes"]), span["attributes"]
        assert span["status"]["status_code"] == "UNSET"

    (delivered,) = receiver.requests
    _, trace, last, flags = delivered.headers["traceparent"].split("-")
    assert (trace, by_id[last], flags) == (begun.trace, WEBHOOK, "01")
    assert delivered.data["data"]["trace_id"] == begun.trace


async def test_the_receipt_of_a_batch_is_linked_to_what_was_in_it(
    folkmoot: Folkmoot, company: str
) -> None:
    begun = Publication()
    await folkmoot.publish(company, an_item("kiln"), traceparent=begun.traceparent)

    async def received() -> set[tuple[str, str]] | None:
        linked = {
            name_of(span)
            for span in folkmoot.whole.spans()
            for link in span["links"]
            if link["context"]["trace_id"] == f"0x{begun.trace}"
        }
        return linked if len(linked) >= 3 else None

    assert await until(received, seconds=20) == {
        ("tagging", f"receive {ITEMS}"),
        ("search-index", f"receive {TAGS}"),
        ("notification", f"receive {TAGS}"),
    }


async def test_no_span_and_no_line_of_a_log_tells_what_people_wrote(
    folkmoot: Folkmoot, company: str, receiver: WebhookReceiver
) -> None:
    secret = f"sentinel{secrets.token_hex(8)}"
    begun = Publication()
    sampled = {"traceparent": begun.traceparent}
    await follow(folkmoot, company, secret, receiver.url)
    item = an_item(
        f"Told in confidence: {secret} #{secret} @{secret} https://{secret}.example",
        title=f"About {secret}",
        author={"id": secret, "name": secret},
    )
    ada = folkmoot.person("ada", company)
    await folkmoot.publish(company, item, **sampled)
    await ada.finds(secret)
    await folkmoot.publish(company, {**item, "text": f"{secret}, edited"}, **sampled)
    await ada.finds(f'"{secret} edited"')
    query = {"params": {"q": f'"{secret}'}, "headers": sampled}
    refused = await ada.call("search-index", "GET", "/v1/search", **query)
    assert refused.status_code == 400
    wrong = event_of(company, {"text": [secret], "published": secret})
    assert (await folkmoot.send(company, [wrong], **sampled)).status_code == 422
    await break_off(folkmoot, company, secret, begun.traceparent)

    async def settled() -> bool:
        names = {name_of(span) for span in folkmoot.whole.spans(begun.trace)}
        written = folkmoot.whole.written()["logs/ingest.log"]
        return WEBHOOK in names and begun.trace in written

    await until(settled, seconds=20)
    assert receiver.requests
    written = await asyncio.to_thread(folkmoot.whole.written)
    assert len(written) == 8
    assert [
        f"{file}: {line}"
        for file, text in written.items()
        for line in text.splitlines()
        if secret in line
    ] == []


async def break_off(
    folkmoot: Folkmoot, company: str, secret: str, traceparent: str
) -> None:
    """Tell something on the inbound topic that ends in the middle of a word."""
    attributes = {
        "specversion": "1.0",
        "id": "half",
        "source": f"crm.{company}",
        "type": "deal.won",
    }
    bootstrap = folkmoot.whole.stack.run.kafka_bootstrap
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        headers = cloudevents.encode(attributes, traceparent)
        value = f'{{"text": "{secret}'.encode()
        await producer.send_and_wait(INBOUND, value, headers=headers)
