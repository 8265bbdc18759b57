"""What is asked of the record: a revision of an item, or its withdrawal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from folkmoot_events import Item

from folkmoot_ingest.domain import intake
from folkmoot_ingest.domain.cloud_events import CloudEvent
from folkmoot_ingest.domain.errors import Refused
from folkmoot_ingest.domain.identity import TOMBSTONE, item_id
from folkmoot_ingest.domain.moments import is_future
from folkmoot_ingest.domain.normalisation import Origin, normalise
from folkmoot_ingest.domain.submission import Submission, Withdrawal

Permit = Callable[[str], str]
"""Gives the company on whose behalf a source may be spoken for; raises Refused."""


@dataclass(frozen=True, slots=True)
class Retraction:
    """A source took an item back."""

    item_id: str
    company: str
    source: str
    at: datetime
    reason: Literal["deleted_at_source", "retention", "legal", "steward"]


class Draft(NamedTuple):
    """An item as its source has it now, or its retraction; and whose trace it is."""

    asked: Item | Retraction
    traceparent: str | None = None

    @property
    def item_id(self) -> str:
        """The item that it is about."""
        asked = self.asked
        return asked.item_id if isinstance(asked, Retraction) else asked.id

    @property
    def content_hash(self) -> str:
        """The content that it asks for; a tombstone's, for a retraction."""
        asked = self.asked
        return TOMBSTONE if isinstance(asked, Retraction) else asked.content_hash


def draft(event: CloudEvent, permit: Permit, captured: datetime) -> Draft:
    """Read an event as what it asks of the record. Raises Refused.

    `captured` is the present `moment`.
    """
    if event.time and is_future(event.time, captured):
        raise Refused(
            "future-time",
            "The event lies in the future",
            "`time` may be at most one day ahead.",
        )
    company = permit(event.source)
    asked = intake.read(event)
    return Draft(_asked(asked, company, event, captured), event.traceparent)


def _asked(
    asked: Submission | Withdrawal, company: str, event: CloudEvent, captured: datetime
) -> Item | Retraction:
    if isinstance(asked, Submission):
        return normalise(asked, Origin(company, event.source, event.time), captured)
    return Retraction(
        item_id(company, event.source, asked.native_id),
        company,
        event.source,
        event.time or captured,
        asked.reason,
    )
