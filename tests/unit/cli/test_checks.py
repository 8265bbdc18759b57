"""What `folkmoot doctor` makes of what it finds."""

import httpx
import pytest
from folkmoot.commands.doctor import judge_dead_letters
from folkmoot.local.checks import (
    MUCH_LAG,
    Finding,
    State,
    judge_health,
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


@pytest.mark.parametrize(
    ("status", "wrong", "state"),
    [
        (200, {}, "ok"),
        (200, {"fuse": "50 records in a row failed"}, "failed"),
        (503, {"mongodb": "no answer"}, "failed"),
    ],
)
def test_what_a_service_says_is_wrong_is_told_even_if_it_is_ready(
    status: int, wrong: dict[str, str], state: str
) -> None:
    answer = httpx.Response(status, json={"ready": status == 200, "wrong": wrong})
    found = judge_health("ingest", answer)
    assert found.state == state
    assert all(name in found.detail for name in wrong)
