"""The order of time, with hardly ever a tie, the same in every replica."""

from datetime import UTC, datetime, timedelta
from zlib import crc32

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
TIE_BITS = 14


def microseconds(moment: datetime) -> int:
    """Return microseconds since 1970, exactly."""
    return (moment - EPOCH) // MICROSECOND


def recency(moment: datetime, item_id: str) -> int:
    """Return a number that sorts by milliseconds, then by a hash of the id.

    The years 1 to 9999 fit into 63 bits.
    """
    tie = crc32(item_id.encode()) & ((1 << TIE_BITS) - 1)
    return (microseconds(moment) // 1000 << TIE_BITS) | tie
