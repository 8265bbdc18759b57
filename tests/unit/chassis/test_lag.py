"""How long a reader has been behind, seen from samples."""

import pytest
from folkmoot_chassis.lag import Abreast


def test_a_reader_at_the_end_is_not_behind() -> None:
    abreast = Abreast(0)
    assert abreast.seconds(5, 10, 10) == 0
    assert abreast.seconds(500, 10, 10) == 0


def test_a_reader_that_is_never_quite_at_the_end_is_hardly_behind() -> None:
    abreast = Abreast(0)
    told = [abreast.seconds(now, now * 300 - 90, now * 300) for now in range(5, 600, 5)]
    assert max(told) == 5


def test_a_reader_that_stands_still_falls_behind_by_the_clock() -> None:
    abreast = Abreast(0)
    abreast.seconds(5, 10, 10)
    told = [abreast.seconds(now, 10, now * 10) for now in range(10, 500, 5)]
    assert told == [now - 5 for now in range(10, 500, 5)]


def test_a_reader_that_follows_at_a_distance_is_behind_by_the_distance() -> None:
    abreast = Abreast(0)
    told = [
        abreast.seconds(now, max(0, now - 3600) * 10, now * 10)
        for now in range(5, 40_000, 5)
    ]
    assert told[-1000:] == pytest.approx([3600] * 1000, rel=0.07)
    assert len(abreast._marks) < 40  # noqa: SLF001  it must not grow with the distance
