"""Answer for each event that a publisher sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from folkmoot_ingest.domain.cloud_events import CloudEvent
from folkmoot_ingest.domain.drafts import Draft, Permit, draft
from folkmoot_ingest.domain.errors import Refused
from folkmoot_ingest.domain.moments import moment
from folkmoot_ingest.ports import Clock, Transactions
from folkmoot_ingest.use_cases.capture_items import CaptureItems, Result


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an event, by the id that it was told by."""

    id: str | None
    result: Result | Refused


class AcceptEvents:
    """Capture the good events of a request and say what is wrong with the others."""

    def __init__(
        self, capture_items: CaptureItems, transactions: Transactions, clock: Clock
    ) -> None:
        self._capture_items = capture_items
        self._transactions = transactions
        self._clock = clock

    async def __call__(
        self,
        received: Sequence[tuple[str | None, CloudEvent | Refused]],
        permit: Permit,
    ) -> list[Answer]:
        """Answer each event, in order; the good ones are committed by then."""
        captured = moment(self._clock.now())
        drafted = [_drafted(event, permit, captured) for _, event in received]
        good = [each for each in drafted if isinstance(each, Draft)]
        results = iter(await self._capture(good) if good else [])
        return [
            Answer(told, each if isinstance(each, Refused) else next(results))
            for (told, _), each in zip(received, drafted, strict=True)
        ]

    async def _capture(self, drafts: Sequence[Draft]) -> list[Result]:
        return await self._transactions.run(
            lambda transaction: self._capture_items(drafts, transaction)
        )


def _drafted(
    event: CloudEvent | Refused, permit: Permit, captured: datetime
) -> Draft | Refused:
    if isinstance(event, Refused):
        return event
    try:
        return draft(event, permit, captured)
    except Refused as refusal:
        return refusal
