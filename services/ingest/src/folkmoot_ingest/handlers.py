"""Kafka in: CloudEvents of other enterprise systems."""

from collections.abc import Sequence
from datetime import datetime

from folkmoot_chassis.failures import Permanent
from folkmoot_chassis.messages import AnyEvent, Message
from folkmoot_chassis.transactions import Transaction

from folkmoot_ingest.domain import cloud_events, json_guard
from folkmoot_ingest.domain.drafts import Draft, Permit, draft
from folkmoot_ingest.domain.errors import Refused
from folkmoot_ingest.domain.moments import moment
from folkmoot_ingest.ports import Clock
from folkmoot_ingest.use_cases.capture_items import CaptureItems


class Handlers:
    """One method per subject."""

    def __init__(
        self, capture_items: CaptureItems, permit: Permit, clock: Clock
    ) -> None:
        self._capture_items = capture_items
        self._permit = permit
        self._clock = clock

    async def on_inbound(
        self, batch: Sequence[Message[AnyEvent]], transaction: Transaction
    ) -> None:
        """Capture what other systems say; what breaks a rule is set aside."""
        try:
            captured = moment(self._clock.now())
            drafts = [self._draft(message, captured) for message in batch]
        except Refused as refusal:
            raise Permanent(str(refusal), reason=refusal.kind) from refusal
        await self._capture_items(drafts, transaction)

    def _draft(self, message: Message[AnyEvent], captured: datetime) -> Draft:
        data = json_guard.loads(message.data.data)
        attributes = {**message.data.attributes, "traceparent": message.traceparent}
        event = cloud_events.event(attributes, data)
        return draft(event, self._permit, captured)
