"""A dead letter is the record as it came, and why."""

from typing import Any

import pytest
from folkmoot_chassis.dead_letters import (
    ADDED,
    Failure,
    dead_letter,
    inbox_id,
    original_headers,
    topic_of,
)
from folkmoot_chassis.failures import Permanent
from pydantic import ValidationError

from tests.unit.chassis.fakes import NOW, TRACE, Ordered, Record, headers


def letter_of(record: Record, error: Exception | None = None) -> Any:
    failure = Failure(error or Permanent("no"), "no-such-thing", 3, TRACE)
    return dead_letter(record, failure, service="toy", at=NOW)


def test_bytes_key_and_headers_are_kept() -> None:
    odd = [("x", None), ("x", b"\xff"), ("x", b""), *headers(traceparent=TRACE)]
    record = Record(b"\x00\xff", odd, b"\xfe")
    letter = letter_of(record)
    assert (letter.value, letter.key) == (b"\x00\xff", b"\xfe")
    assert original_headers(letter.headers) == odd


def test_it_says_where_it_came_from_and_why() -> None:
    letter = letter_of(Record(headers=headers(), partition=4, offset=17))
    told = dict(letter.headers)
    assert letter.topic == topic_of(Ordered.topic, "toy") == "toy.things.v1.toy.dlq"
    assert {name: told[name] for name in ADDED if name in told} == {
        "x-reason": b"no-such-thing",
        "x-error": b"Permanent: no",
        "x-attempts": b"3",
        "x-origin-topic": Ordered.topic.encode(),
        "x-origin-partition": b"4",
        "x-origin-offset": b"17",
        "x-service": b"toy",
        "x-dead-lettered-at": NOW.isoformat().encode(),
    }
    assert told["traceparent"] == TRACE.encode()


def test_one_that_died_before_tells_of_its_last_death_only() -> None:
    first = letter_of(Record(headers=headers()))
    second = letter_of(Record(headers=first.headers))
    assert [name for name, _ in second.headers].count("x-reason") == 1
    assert original_headers(second.headers) == original_headers(first.headers)


def test_a_null_key_and_value_stay_null() -> None:
    letter = letter_of(Record(None, headers(), None))
    assert (letter.key, letter.value) == (None, None)


def test_the_error_s_text_says_which_field_and_quotes_no_content() -> None:
    with pytest.raises(ValidationError) as caught:
        Ordered.model_validate_json(b'{"thing": {"secret": "swordfish"}}')
    letter = letter_of(Record(), caught.value)
    text = dict(letter.headers)["x-error"]
    assert text == b"ValidationError: thing: Input should be a valid string"


def test_of_a_record_too_large_to_be_kept_its_place_is() -> None:
    letter = letter_of(Record(b"x" * (17 * 1024 * 1024), headers(), offset=17))
    assert (letter.key, letter.value) == (None, None)
    assert original_headers(letter.headers) == [("traceparent", TRACE.encode())]
    told = dict(letter.headers)
    assert told["x-origin-offset"] == b"17"
    assert int(told["x-left-out"]) > 17 * 1024 * 1024


def test_an_error_s_text_of_half_characters_can_be_written() -> None:
    letter = letter_of(Record(), ValueError("\ud800"))
    assert dict(letter.headers)["x-error"] == b"ValueError: \\ud800"


def test_the_error_s_text_is_bounded() -> None:
    letter = letter_of(Record(), ValueError("x" * 100_000))
    assert len(dict(letter.headers)["x-error"]) == 1000


def test_a_topic_made_anew_has_other_letters() -> None:
    assert inbox_id(Record(timestamp=1)) != inbox_id(Record(timestamp=2))
    assert inbox_id(Record(timestamp=1)) == inbox_id(Record(b"", timestamp=1))
