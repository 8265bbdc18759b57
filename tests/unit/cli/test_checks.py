"""What `folkmoot doctor` makes of what it finds."""

import pytest
from folkmoot.local.checks import MUCH_LAG, Finding, State, judge_lag, worst


@pytest.mark.parametrize(
    ("records", "state"),
    [(0, "ok"), (MUCH_LAG - 1, "ok"), (MUCH_LAG, "warning"), (10**9, "warning")],
)
def test_much_lag_is_a_warning_and_no_failure(records: int, state: State) -> None:
    found = judge_lag("folkmoot-tagging", records)
    assert found == Finding("lag folkmoot-tagging", state, f"{records} records")


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        ((), "ok"),
        (("ok", "ok"), "ok"),
        (("ok", "warning"), "warning"),
        (("warning", "failed", "ok"), "failed"),
    ],
)
def test_the_worst_finding_is_the_state_of_the_whole(
    states: tuple[State, ...], whole: State
) -> None:
    assert worst(Finding("thing", state, "") for state in states) == whole
