"""Ids that rise with time."""

import time
from uuid import RFC_4122, UUID

from folkmoot_chassis.ids import new_id


def test_an_id_is_a_uuid_of_version_seven_that_tells_its_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    made = UUID(new_id())
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, RFC_4122)
    assert before <= made.int >> 80 <= after


def test_ids_are_unlike_each_other() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000
