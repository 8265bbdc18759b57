import json
from typing import Any

import pytest
from folkmoot_chassis.failures import Permanent
from folkmoot_chassis.messages import AnyEvent, Message
from folkmoot_ingest.domain.sources import company_of
from folkmoot_ingest.handlers import Handlers
from folkmoot_ingest.use_cases.capture_items import CaptureItems

from tests.support.ingest_fakes import (
    NOW,
    FakeItems,
    FakeRecord,
    FakeTransaction,
    ManualClock,
)

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def message(data: Any, **attributes: str) -> Message[AnyEvent]:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    required = {"specversion": "1.0", "id": "1", "source": "crm", "type": "deal.won"}
    told = required | attributes
    return Message(
        id=told["id"],
        source=told["source"],
        type=told["type"],
        key=told["source"],
        data=AnyEvent(told, raw),
        traceparent=TRACE,
        replay=False,
        time=NOW,
        begun=NOW,
        topic="folkmoot.inbound.v1",
        partition=0,
        offset=0,
    )


@pytest.fixture
def transaction() -> FakeTransaction:
    return FakeTransaction()


@pytest.fixture
def handlers() -> Handlers:
    capture = CaptureItems(FakeItems(), FakeRecord(), ManualClock())
    return Handlers(capture, lambda s: company_of({"crm": "north"}, s), ManualClock())


async def test_any_event_with_a_text_is_captured_for_the_source_s_company(
    handlers: Handlers, transaction: FakeTransaction
) -> None:
    batch = [message({"text": "We won"}, id="1"), message({"title": "Lost"}, id="2")]
    await handlers.on_inbound(batch, transaction)  # type: ignore[arg-type]  # a fake
    told = [event.item for event in transaction.published]  # type: ignore[attr-defined]  # captured
    assert [(item.company, item.kind) for item in told] == [("north", "deal.won")] * 2
    assert transaction.traces == [TRACE, TRACE]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (message({"text": "x"}, source="unknown"), "unregistered-source"),
        (message({"text": "x"}, time="2030-01-01T00:00:00Z"), "future-time"),
        (message({"text": 7}), "invalid-item"),
        (message(b"null"), "invalid-item"),
        (message(b""), "malformed-json"),
        (message(b'{"text": '), "malformed-json"),
        (message(b"[" * 10_000), "too-deep"),
        (message({"text": "x"}, subject="a\x00b"), "invalid-event"),
        (message({"text": "x"}, type="folkmoot.item.submitted.v2"), "unsupported-type"),
    ],
)
async def test_what_breaks_a_rule_never_passes_and_says_why(
    handlers: Handlers,
    transaction: FakeTransaction,
    bad: Message[AnyEvent],
    reason: str,
) -> None:
    with pytest.raises(Permanent) as refused:
        await handlers.on_inbound([message({"text": "x"}), bad], transaction)  # type: ignore[arg-type]  # a fake
    assert refused.value.reason == reason
    assert transaction.published == []
