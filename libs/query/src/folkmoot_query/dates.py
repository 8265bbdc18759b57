"""Ranges of time, as typed and as printed.

A partial date stands for its whole period: `2026-03` is all of that March. UTC unless
a zone is given.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, NamedTuple

_DATE: Final = re.compile(
    r"(?P<local>[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}"
    r"(?P<clock>[Tt ][0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)?)?)?)?)"
    r"(?(clock)(?:[Zz]|(?P<sign>[+-])(?P<hours>[01][0-9]|2[0-3]):?(?P<minutes>[0-5][0-9]))?)"
)
_COMPARISON: Final = re.compile(r"([<>]=?)(.*)", re.DOTALL)
_EXPECTED: Final = (
    "expected a date such as 2026, 2026-03, 2026-03-15 or 2026-03-15T09:30"
)
# How much of an ISO 8601 time each unit needs, and what completes a shorter one.
_UNITS: Final = {
    "year": 4,
    "month": 7,
    "day": 10,
    "hour": 13,
    "minute": 16,
    "second": 19,
    "microsecond": 26,
}
_REST: Final = "0000-01-01T00:00:00.000000"


class Bounds(NamedTuple):
    """The range `[start, end)`; None is open."""

    start: datetime | None
    end: datetime | None


class _Period(NamedTuple):
    start: datetime
    end: datetime


class BadTimeError(ValueError):
    """Say what is wrong at `position` of the text given."""

    def __init__(self, message: str, position: int, length: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.length = max(1, length)


def read(text: str) -> Bounds:
    """Read a date, a comparison (`>=2026`) or a range (`2026-01..2026-03`, `2026..`).

    Raises BadTimeError.
    """
    if compared := _COMPARISON.fullmatch(text):
        return _comparison(compared[1], _period(compared[2], compared.start(2)))
    first, dots, last = text.partition("..")
    if not dots:
        return Bounds(*_period(text, 0))
    if not first and not last:
        raise BadTimeError(_EXPECTED + " on one side of ..", 0, 2)
    start = _period(first, 0).start if first else None
    end = _period(last, len(first) + 2).end if last else None
    if start and end and start >= end:
        raise BadTimeError("this range ends before it starts", 0, len(text))
    return Bounds(start, end)


def write(bounds: Bounds) -> str:
    """Print `bounds` in the coarsest way that `read` turns into the same again."""
    start, end = bounds
    if start is None:
        if end is None:
            raise ValueError("a range needs a bound")
        return f"<{_iso(end, _unit(end))}"
    if end is None:
        return f">={_iso(start, _unit(start))}"
    unit = max(_unit(start), _unit(end), key=_UNITS.__getitem__)
    first, last = _iso(start, unit), _iso(_shift(end, unit, -1), unit)
    return first if first == last else f"{first}..{last}"


def _comparison(sign: str, period: _Period) -> Bounds:
    match sign:
        case ">=":
            return Bounds(period.start, None)
        case ">":
            return Bounds(period.end, None)
        case "<":
            return Bounds(None, period.start)
        case _:
            return Bounds(None, period.end)


def _period(text: str, at: int) -> _Period:
    found = _DATE.fullmatch(text)
    if not found:
        raise BadTimeError(_EXPECTED, at, len(text))
    local = found["local"]
    unit = next(unit for unit, length in _UNITS.items() if len(local) <= length)
    try:
        start = datetime.fromisoformat(local + _REST[len(local) :])
        start = start.replace(tzinfo=_zone(found)).astimezone(UTC)
        return _Period(start, _shift(start, unit, 1))
    except (ValueError, OverflowError) as wrong:
        raise BadTimeError(f"{text} is no date: {wrong}", at, len(text)) from None


def _zone(found: re.Match[str]) -> timezone:
    if not found["sign"]:
        return UTC
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    return timezone(-offset if found["sign"] == "-" else offset)


def _shift(time: datetime, unit: str, by: int) -> datetime:
    """Move `time`, which is at the start of a unit, by that many units."""
    match unit:
        case "year":
            return time.replace(year=time.year + by)
        case "month":
            years, month = divmod(time.month - 1 + by, 12)
            return time.replace(year=time.year + years, month=month + 1)
        case _:
            return time + timedelta(**{unit + "s": by})


def _unit(time: datetime) -> str:
    """Return the coarsest unit that `time` is the start of."""
    whole = _iso(time, "microsecond")
    return next(
        unit
        for unit, length in _UNITS.items()
        if whole == whole[:length] + _REST[length:]
    )


def _iso(time: datetime, unit: str) -> str:
    return time.replace(tzinfo=None).isoformat(timespec="microseconds")[: _UNITS[unit]]
