"""What `folkmoot doctor` makes of what it finds."""

import pytest
from folkmoot.commands.doctor import judge_dead_letters
from folkmoot.local.checks import (
    MUCH_LAG,
    Finding,
    State,
    judge_lag,
    worst,
)


@pytest.mark.parametrize(
    ("records", "state"),
    [(0, "ok"), (MUCH_LAG - 1, "ok"), (MUCH_LAG, "warning"), (10**9, "warning")],
)
def test_much_lag_is_a_warning_and_no_failure(records: int, state: State) -> None:
    found = judge_lag("folkmoot-tagging", records)
    assert found == Finding("lag folkmoot-tagging", state, f"{records} records")


def test_open_dead_letters_are_a_warning_that_says_where_to_look() -> None:
    found = judge_dead_letters(2)
    assert (found.state, found.detail) == ("warning", "2 open: see `folkmoot dlq list`")
    assert judge_dead_letters(0) == Finding("dead letters", "ok", "none open")


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
