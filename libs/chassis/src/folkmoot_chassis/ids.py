"""Ids that rise with time."""

import random
import time
from uuid import UUID

VERSION_AND_VARIANT = (7 << 76) | (2 << 62)
BELOW_VERSION = (1 << 12) - 1
BELOW_VARIANT = (1 << 62) - 1


def new_id() -> str:
    """Return a UUID of version 7 (RFC 9562, 2024).

    It begins with the milliseconds since 1970, so that the indexes which hold ids are
    appended to; random ones would touch a page of the B-tree each.
    """
    chance = random.getrandbits(74)  # unique is enough, nobody must guess
    high = (chance >> 62 & BELOW_VERSION) << 64
    milliseconds = time.time_ns() // 1_000_000 << 80
    return str(
        UUID(int=milliseconds | high | chance & BELOW_VARIANT | VERSION_AND_VARIANT)
    )
