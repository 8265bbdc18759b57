from datetime import UTC, datetime
from typing import Any

import pytest
from folkmoot_events import Item
from folkmoot_ingest.domain.cloud_events import CloudEvent, event
from folkmoot_ingest.domain.drafts import Retraction
from folkmoot_ingest.domain.errors import Refused
from folkmoot_ingest.domain.readers import principals
from folkmoot_ingest.domain.sources import company_of

from tests.support.ingest_fakes import NOW, SOURCE, drafted, said, withdrew


def item(asked: CloudEvent, company: str = "north") -> Item:
    found = drafted(asked, company).asked
    assert isinstance(found, Item)
    return found


def foreign(data: Any, **attributes: str) -> CloudEvent:
    required = {"specversion": "1.0", "id": "7", "source": "crm", "type": "deal.won"}
    return event(required | attributes, data)


def refusal(asked: CloudEvent) -> Refused:
    with pytest.raises(Refused) as refused:
        drafted(asked)
    return refused.value


def test_an_item_is_what_was_submitted_and_fits_the_published_schema() -> None:
    told = item(
        said(
            conversation="12/tea",
            in_reply_to="0",
            title="tea",
            links=["https://a.example", {"url": "https://b.example", "title": "b"}],
            mentions=["8", {"id": "9", "name": "Bo"}],
            hashtags=["#tea", "coffee"],
            attachments=[{"name": "a.png", "media_type": "image/png", "size": 3}],
            language="en-GB",
            permalink="https://zulip.example.org/1",
        )
    )
    assert Item.model_validate(told.model_dump()) == told
    assert told.author.id == f"{SOURCE}/7"
    assert told.conversation_id.startswith("cnv_")
    assert told.in_reply_to is not None
    assert told.in_reply_to.startswith("itm_")
    assert [link.url for link in told.links] == [
        "https://a.example",
        "https://b.example",
    ]
    assert [person.name for person in told.mentions] == ["8", "Bo"]
    assert told.hashtags == ("tea", "coffee")
    assert told.visibility == ("company:north",)


def test_an_item_without_a_conversation_is_one_of_its_own() -> None:
    own = item(said("1")).conversation_id
    assert item(said("2", conversation="1")).conversation_id == own
    assert item(said("2")).conversation_id != own


def test_an_event_of_any_type_that_has_a_text_is_an_item() -> None:
    told = item(foreign({"text": "We won", "tool": "x"}, subject="deal/4"))
    assert (told.tool, told.kind, told.native_id) == ("crm", "deal.won", "deal/4")
    assert told.author.name == "crm"
    assert told.published == NOW
    assert item(foreign({"title": "Won"})).native_id == "7"


def test_the_subject_names_the_item_where_the_data_does_not() -> None:
    asked = said()
    data = {k: v for k, v in asked.data.items() if k != "native_id"}
    told = event({**asked.attributes, "subject": "42"}, data)
    assert item(told).native_id == "42"


def test_times_are_utc_and_as_exact_as_the_store_keeps_them() -> None:
    told = item(said(published="2026-05-04t11:30:00.123999+02:00"))
    assert told.published == datetime(2026, 5, 4, 9, 30, 0, 123000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"native_id": ""}, "/data/native_id"),
        ({"native_id": 7}, "/data/native_id"),
        ({"text": 7}, "/data/text"),
        ({"text": None}, "/data/text"),
        ({"text": "\ud800"}, "/data/text"),
        ({"text": "x" * 262_145}, "/data/text"),
        ({"author": "Ada"}, "/data/author"),
        ({"author": {}}, "/data/author/id"),
        ({"published": 1714813200}, "/data/published"),
        ({"published": "2026-05-04"}, "/data/published"),
        ({"published": "0001-01-01T00:00:00+14:00"}, "/data/published"),
        ({"published": "0900-01-01T00:00:00Z"}, "/data/published"),
        ({"links": [7]}, "/data/links/0"),
        ({"links": "https://a.example"}, "/data/links"),
        ({"attachments": [{"size": -1}]}, "/data/attachments/0/size"),
        ({"visibility": "everyone"}, "/data/visibility"),
        ({"language": "no such language"}, "/data/language"),
    ],
)
def test_a_fault_is_told_with_its_place_and_without_the_content(
    change: dict[str, Any], pointer: str
) -> None:
    refused = refusal(said(**change))
    assert refused.kind == "invalid-item"
    assert refused.members["errors"][0]["pointer"] == pointer
    assert "xxx" not in str(refused)


def test_an_item_must_say_something() -> None:
    assert "text" in refusal(foreign({"native_id": "1"})).detail
    assert item(said(text="")).text == ""


@pytest.mark.parametrize("data", [None, [], "text", 7, b"raw"])
def test_data_must_be_an_object(data: Any) -> None:
    assert refusal(foreign(data)).kind == "invalid-item"


def test_a_type_of_ours_that_is_not_known_is_refused() -> None:
    told = foreign({"text": "x"}, type="folkmoot.item.submitted.v9")
    assert refusal(told).kind == "unsupported-type"


def test_what_lies_more_than_a_day_ahead_is_refused() -> None:
    assert refusal(said(published="2026-05-05T12:00:01Z")).kind == "future-time"
    assert refusal(said(edited="2030-01-01T00:00:00Z")).kind == "future-time"
    assert refusal(withdrew(time="2030-01-01T00:00:00Z")).kind == "future-time"
    assert item(said(published="2026-05-05T12:00:00Z")).published > NOW


def test_a_withdrawal_says_when_and_why() -> None:
    asked = drafted(withdrew("9")).asked
    assert isinstance(asked, Retraction)
    assert asked.item_id == item(said("9")).id
    assert (asked.at.hour, asked.reason) == (11, "deleted_at_source")


@pytest.mark.parametrize(
    "asked",
    [
        ["everyone"],
        ["company:north"],
        ["group:north/design", "person:ada"],
        ["person:ada@south.example"],
    ],
)
def test_a_company_may_open_or_narrow_its_items(asked: list[str]) -> None:
    assert item(said(visibility=asked)).visibility == tuple(sorted(asked))


@pytest.mark.parametrize(
    "asked",
    [
        [],
        ["company:south"],
        ["everyone", "company:south"],
        ["group:south/design"],
        ["group:north"],
        ["anybody"],
        ["person:"],
        ["company:north/design"],
        ["everyone\n"],
    ],
)
def test_a_company_speaks_for_no_other(asked: list[str]) -> None:
    assert refusal(said(visibility=asked)).kind == "invalid-visibility"


def test_a_reader_is_what_the_token_says() -> None:
    assert principals("ada", "north", ["design"]) == {
        "everyone",
        "person:ada",
        "company:north",
        "group:north/design",
    }
    assert principals("ada", "", ["x"]) == {"everyone", "person:ada"}


def test_a_source_belongs_to_the_first_pattern_that_fits() -> None:
    registered = {"crm.north": "north", "*.south": "south"}
    assert company_of(registered, "crm.north") == "north"
    assert company_of(registered, "erp.south") == "south"
    with pytest.raises(Refused):
        company_of(registered, "crm.north.evil")
