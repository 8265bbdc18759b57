"""From a raw record to a message, or to the reason why not."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from folkmoot_chassis.decoding import Decoded, Route, Undecodable, decode
from folkmoot_chassis.messages import AnyEvent, Message
from folkmoot_chassis.traces import sampled, valid
from folkmoot_chassis.transactions import Transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.chassis.fakes import TRACE, Ordered, Record, headers


async def handle(batch: Sequence[Message[Any]], tx: Transaction) -> None:
    """Never called here."""


TYPED = Route({Ordered.type: (Ordered, handle)})
ANY = Route({}, handle)


def without(name: str) -> list[tuple[str, bytes | None]]:
    return [header for header in headers() if header[0] != name]


def with_header(name: str, value: bytes | None) -> list[tuple[str, bytes | None]]:
    return [*without(name), (name, value)]


def test_a_good_record_becomes_a_message() -> None:
    record = Record(headers=headers(time="2026-03-01T12:00:00Z", traceparent=TRACE))
    decoded = decode(record, TYPED)
    assert isinstance(decoded, Decoded)
    message = decoded.message
    assert message.data == Ordered(thing="hat")
    assert (message.id, message.source, message.key) == ("1", "/shop", "hat")
    assert message.identity == "/shop 1"
    assert message.traceparent == TRACE
    assert message.replay is False


BAD: dict[str, tuple[Record, str]] = {
    "null value": (Record(None, headers()), "null-value"),
    "truncated JSON": (Record(b'{"thing": "ha', headers()), "bad-payload"),
    "no JSON": (Record(b"\xff\xfe", headers()), "bad-payload"),
    "wrong shape": (Record(b'{"thing": 7}', headers()), "bad-payload"),
    "empty": (Record(b"", headers()), "bad-payload"),
    "deep": (Record(b"[" * 100_000, headers()), "bad-payload"),
    "no type": (Record(headers=without("ce_type")), "no-attribute"),
    "no id": (Record(headers=without("ce_id")), "no-attribute"),
    "no source": (Record(headers=without("ce_source")), "no-attribute"),
    "no headers": (Record(), "no-attribute"),
    "empty id": (Record(headers=with_header("ce_id", b"")), "no-attribute"),
    "null header": (Record(headers=with_header("ce_id", None)), "null-header"),
    "damaged type": (Record(headers=with_header("ce_type", b"\xff")), "bad-header"),
    "not UTF-8": (Record(headers=with_header("ce_id", b"\xff")), "bad-header"),
    "other CloudEvents": (
        Record(headers=with_header("ce_specversion", b"2.0")),
        "specversion",
    ),
    "bad time": (Record(headers=with_header("ce_time", b"noon")), "bad-time"),
    "impossible time": (Record(headers=headers(), timestamp=2**62), "bad-payload"),
    "later version": (
        Record(headers=headers(type="toy.thing.ordered.v2")),
        "unsupported-version",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_record_is_undecodable_for_its_reason(name: str) -> None:
    record, reason = BAD[name]
    decoded = decode(record, TYPED)
    assert isinstance(decoded, Undecodable)
    assert decoded.record is record
    assert decoded.failure.reason == reason
    assert valid(decoded.failure.traceparent)


@pytest.mark.parametrize(
    "type_", ["toy.thing.lost.v1", "toy.thing.ordered", "toy.thing.ordered.vx", "x"]
)
def test_a_type_that_nobody_wants_is_skipped_unread(type_: str) -> None:
    assert decode(Record(b"\x00", headers(type=type_)), TYPED) is None


def test_the_trace_of_an_undecodable_record_is_kept() -> None:
    decoded = decode(Record(None, headers(traceparent=TRACE)), TYPED)
    assert isinstance(decoded, Undecodable)
    assert decoded.failure.traceparent == TRACE


@pytest.mark.parametrize("text", ["", "rubbish", TRACE[:-1], TRACE.upper()])
def test_a_bad_traceparent_is_replaced_by_one_that_nobody_samples(text: str) -> None:
    decoded = decode(Record(headers=headers(traceparent=text)), TYPED)
    assert isinstance(decoded, Decoded)
    assert valid(decoded.message.traceparent)
    assert not sampled(decoded.message.traceparent)


@pytest.mark.parametrize(("text", "replay"), [("true", True), ("false", False)])
def test_only_true_marks_a_replay(text: str, replay: bool) -> None:
    record = Record(headers=[*headers(), ("ce_replay", text.encode())])
    decoded = decode(record, TYPED)
    assert isinstance(decoded, Decoded)
    assert decoded.message.replay is replay


def test_headers_that_are_none_of_ours_may_be_anything() -> None:
    strange = [("x", None), ("y", b"\xff"), ("\\xff", b""), *headers()]
    assert isinstance(decode(Record(headers=strange), TYPED), Decoded)


def test_without_a_time_the_record_s_own_counts() -> None:
    decoded = decode(Record(headers=headers()), TYPED)
    assert isinstance(decoded, Decoded)
    assert decoded.message.time == datetime(2026, 3, 1, tzinfo=UTC)
    assert decoded.message.begun == decoded.message.time


def test_a_time_without_a_zone_is_utc() -> None:
    record = Record(headers=with_header("ce_time", b"2026-03-01T12:00:00"))
    decoded = decode(record, TYPED)
    assert isinstance(decoded, Decoded)
    assert decoded.message.time == datetime(2026, 3, 1, 12, tzinfo=UTC)


def structured(value: bytes) -> Decoded | Undecodable | None:
    content = b"application/cloudevents+json; charset=utf-8"
    return decode(Record(value, [("content-type", content)]), ANY)


def test_any_event_comes_in_binary_mode() -> None:
    decoded = decode(Record(b"\x00raw", headers(type="whatever")), ANY)
    assert isinstance(decoded, Decoded)
    event = decoded.message.data
    assert isinstance(event, AnyEvent)
    assert event.data == b"\x00raw"
    assert event.attributes["type"] == "whatever"
    assert event.attributes["datacontenttype"] == "application/json"


def test_any_event_comes_in_structured_mode() -> None:
    decoded = structured(
        b'{"specversion": "1.0", "id": "7", "source": "/s", "type": "t", "n": 5,'
        b'"flag": true, "subject": null, "data": {"a": ["\xc3\xa9"]}}'
    )
    assert isinstance(decoded, Decoded)
    event = decoded.message.data
    assert event.data.decode() == '{"a":["é"]}'
    assert event.attributes["n"] == "5"
    assert event.attributes["flag"] == "true"
    assert "subject" not in event.attributes


def test_structured_data_may_be_base64() -> None:
    envelope = b'{"specversion":"1.0","id":"7","source":"/s","type":"t",'
    decoded = structured(envelope + b'"data_base64":"AAE="}')
    assert isinstance(decoded, Decoded)
    assert decoded.message.data.data == b"\x00\x01"
    broken = structured(envelope + b'"data_base64":"?"}')
    assert isinstance(broken, Undecodable)
    assert broken.failure.reason == "bad-data"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"[]", "bad-envelope"),
        (b"{", "bad-payload"),
        (b"{}", "no-attribute"),
        (b'{"specversion":"1.0","id":{},"source":"s","type":"t"}', "bad-envelope"),
        (b"[" * 100_000, "bad-payload"),
    ],
)
def test_a_bad_envelope_is_undecodable(value: bytes, reason: str) -> None:
    decoded = structured(value)
    assert isinstance(decoded, Undecodable)
    assert decoded.failure.reason == reason


@given(
    value=st.none() | st.binary(),
    key=st.none() | st.binary(max_size=4),
    names=st.lists(
        st.tuples(
            st.sampled_from([name for name, _ in headers()]) | st.text(max_size=3),
            st.none() | st.binary(max_size=40),
        )
    ),
    timestamp=st.integers(-(2**63), 2**63 - 1),
)
def test_no_record_whatever_makes_decoding_raise(
    value: bytes | None,
    key: bytes | None,
    names: list[tuple[str, bytes | None]],
    timestamp: int,
) -> None:
    record = Record(value, [*headers(), *names], key, timestamp=timestamp)
    for route in (TYPED, ANY):
        decoded = decode(record, route)
        assert decoded is None or decoded.record is record
