"""What a submission means for what is already recorded of its item."""

from collections.abc import Container
from datetime import datetime
from typing import Literal, NamedTuple

from folkmoot_ingest.domain.identity import TOMBSTONE

Outcome = Literal["captured", "revised", "duplicate", "outdated", "retracted"]


class Head(NamedTuple):
    """The revision that stands for an item."""

    item_id: str
    revision: int
    content_hash: str
    version: datetime
    """When the source last changed it: edited, else published; or withdrawn."""
    company: str
    source: str
    visibility: tuple[str, ...]
    retracted: bool = False


def decide(
    head: Head | None, known: Container[str], content_hash: str, version: datetime
) -> Outcome:
    """Say what a submission is to the item's record.

    `known` holds the hashes of all that was recorded of the item. A content that came
    by before is only believed again when the source says it changed since; an unknown
    one that is older than the head is kept, but does not become the head.
    """
    if head is None:
        return "captured"
    if content_hash == head.content_hash:
        return "duplicate"
    newer = version > head.version
    if newer:
        return "revised"
    if content_hash in known:
        return "duplicate"
    if version == head.version and not head.retracted:
        return "revised"
    return "outdated"


def decide_withdrawal(
    head: Head | None, known: Container[str], at: datetime
) -> Outcome:
    """Say what a withdrawal is to the item's record.

    Rather too much is taken back than too little: one that comes late counts, unless
    the item was withdrawn before and has come back since the time that it tells of.
    """
    if head is None:
        return "retracted"
    came_back = TOMBSTONE in known and at < head.version
    return "duplicate" if head.retracted or came_back else "retracted"
