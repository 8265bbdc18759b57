import json
from pathlib import Path

import pytest
from folkmoot_ingest.domain import json_guard
from folkmoot_ingest.domain.cloud_events import structured
from folkmoot_ingest.domain.errors import Refused
from folkmoot_ingest.domain.json_guard import is_deeper, loads

from tests.support.ingest_fakes import drafted


def kind_of(body: bytes) -> str:
    try:
        loads(body)
    except Refused as refusal:
        return refusal.kind
    return "accepted"


def test_the_published_cases_are_judged_as_their_names_say(corpora: Path) -> None:
    files = sorted((corpora / "bad-input/json").glob("*.json"))
    judged = {file.name: kind_of(file.read_bytes()) for file in files}
    assert len(judged) == 318
    assert {k for k, v in judged.items() if k[0] == "y" and v != "accepted"} == set()
    assert {k for k, v in judged.items() if k[0] == "n" and v == "accepted"} == set()


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":', b'["]",'])
def test_an_endless_opening_is_refused_before_it_is_parsed(opening: bytes) -> None:
    assert kind_of(opening * 200_000) == "too-deep"


@pytest.mark.parametrize("depth", [1, 31, 32, 33, 64, 2000])
@pytest.mark.parametrize("pair", [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_depth_is_counted_exactly(depth: int, pair: tuple[str, str]) -> None:
    opening, closing = pair
    brackets = sum(opening.count(bracket) for bracket in "[{")
    whole = opening * depth + "1" + closing * depth
    expected = "too-deep" if depth * brackets > json_guard.MAX_DEPTH else "accepted"
    assert kind_of(whole.encode()) == expected


def test_brackets_in_strings_are_no_depth() -> None:
    text = r"[[[[{{{{\"\\" * 100
    assert not is_deeper(json.dumps([text, {"a": text}]).encode(), 2)


def test_a_wide_document_is_not_deep() -> None:
    assert not is_deeper(json.dumps([[1, {"a": []}]] * 50_000).encode(), 4)
    assert is_deeper(json.dumps([[1, {"a": []}]] * 50_000).encode(), 3)


@pytest.mark.parametrize("tail", ["", "\\", '"'])
def test_an_unterminated_string_costs_no_more_than_its_length(tail: str) -> None:
    body = ("[" * 40 + '"' + 'a\\"' * 300_000 + tail).encode()
    assert kind_of(body) in {"too-deep", "malformed-json"}


@pytest.mark.parametrize(
    "body", [b"NaN", b"[-Infinity]", b"1e999", b"\xff", b'"\xed\xa0\x80"', b"", b"\x00"]
)
def test_what_is_no_json_is_refused_with_a_place(body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        loads(body)
    assert refused.value.status == 400
    assert refused.value.detail


def test_of_equal_keys_the_last_counts() -> None:
    assert loads(b'{"a":1,"a":2}') == {"a": 2}


def test_naughty_strings_come_through_unharmed(corpora: Path) -> None:
    listed = corpora / "bad-input/naughty-strings/blns.json"
    strings = json.loads(listed.read_text())
    assert len(strings) == 515
    for text in strings:
        event = loads(
            json.dumps(
                {
                    "specversion": "1.0",
                    "id": "1",
                    "source": "s",
                    "type": "folkmoot.item.submitted.v1",
                    "data": {"native_id": "1", "text": text, "title": text},
                }
            ).encode()
        )
        item = drafted(structured(event)).asked
        assert json.loads(item.model_dump_json())["text"] == text  # type: ignore[union-attr]  # an Item
