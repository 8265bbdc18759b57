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


Entry = Submitted | Rejected


def entry(name: str, location: str, fields: Mapping[str, Any]) -> Entry:
    """Check what was read of an input and wrap it, good or bad."""
    try:
        return Submitted(name, read_submission(fields))
    except Refused as refusal:
        return Rejected(name, location, refusal.detail)
