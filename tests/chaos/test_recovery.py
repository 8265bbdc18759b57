"""How long nothing went on is measured as it was."""

import pytest

from tests.support.chaos_recovery import Wound, longest_gap, recoveries, table
from tests.support.chaos_schedule import KINDS, Fault, schedule

KILLED = KINDS[0]


@pytest.mark.parametrize(
    ("moments", "gap"),
    [
        ([9.0, 10.5, 11.0, 15.0, 16.0], 4.0),
        ([9.0, 14.0, 15.0], 5.0),  # what was before the fault is not its doing
        ([9.0, 10.5, 11.0], 9.0),
        ([], 10.0),
    ],
    ids=["between", "at the beginning", "at the end", "never"],
)
def test_the_longest_gap_is_found_wherever_it_is(
    moments: list[float], gap: float
) -> None:
    assert longest_gap(moments, 10.0, 20.0) == gap


def test_one_slow_recovery_is_too_slow() -> None:
    fault = Fault(KILLED, "kafka-1", 1.0)
    wounds = [
        Wound(fault, "kafka-1", 10.0, 20.0),
        Wound(fault, "kafka-1", 100.0, 200.0),
    ]
    beats = [float(second) for second in range(10, 202)]
    deaf = [second for second in beats if not 110 < second < 111 + KILLED.limit]
    (fine,) = recoveries(wounds, {"acknowledged": beats, "searchable": beats})
    (slow,) = recoveries(wounds, {"acknowledged": beats, "searchable": deaf})
    assert not fine.is_too_slow
    assert slow.is_too_slow
    assert slow.worst == KILLED.limit + 1
    assert f"1.00 / {slow.worst:.2f} s" not in table([fine])
    assert f"{slow.worst:.2f} s" in table([slow])


def test_a_seed_decides_the_schedule() -> None:
    assert schedule(7, 60) == schedule(7, 60)
    assert schedule(7, 60) != schedule(8, 60)
    assert {fault.kind for fault in schedule(7, 60)} == set(KINDS)
