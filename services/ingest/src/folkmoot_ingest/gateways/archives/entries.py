"""What comes out of an archive, one thing at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from folkmoot_ingest.domain.errors import Refused
from folkmoot_ingest.domain.submission import Submission, read_submission


@dataclass(frozen=True, slots=True)
class Submitted:
    """An item that an archive holds, and the input file that it stands in."""

    input: str
    submission: Submission


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something in an archive that cannot be taken."""

    input: str
    location: str
    """Where in the input: `message 12`, `line 80`, `byte 4096`."""
    reason: str
    unread: bool = False
    """The input itself, or the rest of it, could not be read; another try may."""


Entry = Submitted | Rejected

MISSHAPEN = (AttributeError, KeyError, OverflowError, TypeError, ValueError)
"""What comes of reading fields out of something that has others."""


def entry(name: str, location: str, fields: Mapping[str, Any]) -> Entry:
    """Check what was read of an input and wrap it, good or bad."""
    try:
        return Submitted(name, read_submission(fields))
    except Refused as refusal:
        return Rejected(name, location, refusal.detail)


def misshapen(name: str, location: str, what: str, error: Exception) -> Rejected:
    """Say that something is not `what` the archive should hold there."""
    reason = f"not {what}: a field of it is not what it should be"
    if isinstance(error, KeyError):
        key = error.args[0]
        missing = f"it has no `{key}`"
        unknown = f"it refers to {key}, which the archive does not hold"
        reason = f"not {what}: {missing if isinstance(key, str) else unknown}"
    return Rejected(name, location, reason)


def unread(name: str, error: Exception) -> Rejected:
    """Say that an input could not be read."""
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return Rejected(name, "file", f"not readable: {why}", unread=True)
