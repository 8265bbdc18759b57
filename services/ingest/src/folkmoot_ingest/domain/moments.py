"""Moments as publishers write them, kept as exactly as the store keeps them."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator

EARLIEST = datetime(1000, 1, 1, tzinfo=UTC)
TOLERANCE = timedelta(days=1)
"""How far ahead of ours the clock of a publisher may be."""


def moment(value: object) -> datetime:
    """Read an RFC 3339 time; whole milliseconds, for the store keeps no finer ones.

    Raises ValueError. A number is refused: its unit would be a guess.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.upper())
        except ValueError:
            value = None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("must be an RFC 3339 time with offset: 2026-05-04T09:30:00Z")
    try:
        utc = value.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the calendar") from None
    if utc < EARLIEST:
        raise ValueError("lies before the year 1000")
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


Moment = Annotated[datetime, BeforeValidator(moment)]


def is_future(value: datetime, now: datetime) -> bool:
    """Tell whether a time lies more than a day ahead."""
    return value - now > TOLERANCE
