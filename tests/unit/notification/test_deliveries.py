"""When a webhook is tried again, and when it is given up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from folkmoot_notification.domain.deliveries import (
    LONGEST_WAIT,
    SCHEDULE,
    Answer,
    Delivery,
    first_delivery,
)
from folkmoot_notification.domain.notifications import snippet
from folkmoot_notification.gateways.webhooks import retry_after

from tests.support.notification_fakes import START
from tests.support.notification_samples import a_notification

ERROR = Answer(500, None, 0.5)


def begun(times: int = 1) -> Delivery:
    first = first_delivery(a_notification(), "sub_1", "whe_1", START)
    return replace(first, begun=times)


def wait(delivery: Delivery, answer: Answer = ERROR, luck: float = 0) -> timedelta:
    return delivery.answered(answer, START, luck).due - START


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    after = begun().answered(Answer(status, None, 0.5), START, 0)

    assert after.state == "delivered"
    assert after.attempts[0].status == status
    assert after.attempts[0].at == START - timedelta(seconds=0.5)


@pytest.mark.parametrize("status", [301, 307, 400, 404, 429, 500, 503])
def test_any_other_answer_is_tried_again(status: int) -> None:
    assert begun().answered(Answer(status, None, 1), START, 0).state == "pending"


def test_waits_grow_to_days_and_then_it_is_given_up() -> None:
    waits = [wait(begun(n)) for n in range(1, len(SCHEDULE) + 1)]

    assert waits == list(SCHEDULE)
    assert timedelta(days=3) < sum(waits, timedelta()) < timedelta(days=4)
    last = begun(len(SCHEDULE) + 1).answered(ERROR, START, 0)
    assert last.state == "failed"


def test_waits_are_spread_by_luck() -> None:
    assert wait(begun(2), luck=0.999) > wait(begun(2)) * 1.19


def test_what_the_endpoint_asks_to_wait_is_waited_within_reason() -> None:
    asked = replace(ERROR, retry_after=timedelta(minutes=7))
    forever = replace(ERROR, retry_after=timedelta(days=700))
    hasty = replace(ERROR, retry_after=timedelta(seconds=1))

    assert wait(begun(), asked) == timedelta(minutes=7)
    assert wait(begun(), forever) == LONGEST_WAIT
    assert wait(begun(), hasty) == SCHEDULE[0]


@pytest.mark.parametrize(
    "answer", [Answer(410, None, 1), Answer(None, "endpoint-gone", 0, final=True)]
)
def test_an_endpoint_that_wants_no_more_is_not_tried_again(answer: Answer) -> None:
    assert begun().answered(answer, START, 0).state == "failed"


def test_a_fresh_start_begins_the_schedule_anew_under_the_same_id() -> None:
    given_up = begun(10).answered(ERROR, START, 0)
    again = given_up.again(START + timedelta(days=9))

    assert (again.id, again.state) == (given_up.id, "pending")
    assert len(again.attempts) == 1
    assert wait(replace(again, begun=11)) == SCHEDULE[0]


def test_an_attempt_whose_outcome_was_lost_counts() -> None:
    assert wait(begun(times=2)) == SCHEDULE[1]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Mon, 02 Mar 2026 10:05:00 GMT", 300),
        ("Mon, 02 Mar 2026 09:00:00 GMT", 0),
        ("Mon, 02 Mar 2026 10:05:00", 300),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("\u0663", None),
        ("9" * 5000, 10**8),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(
    header: str, seconds: int | None
) -> None:
    found = retry_after(header, datetime(2026, 3, 2, 10, tzinfo=UTC))

    assert found == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "text",
    ["", "one\n\n two\tthree", "word " * 100, "x" * 500, "x" * 199 + " " + "y" * 50],
)
def test_a_snippet_is_one_line_of_at_most_200_characters(text: str) -> None:
    short = snippet(text)

    assert len(short) <= 200
    assert short == " ".join(short.split())
    assert " ".join(text.split()).startswith(short.rstrip("…"))
