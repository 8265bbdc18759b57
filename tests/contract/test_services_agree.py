"""What services each keep for themselves, and must keep alike."""

from collections.abc import Callable
from pathlib import Path

import pytest
from folkmoot_events import ItemTagged
from folkmoot_ingest.domain import readers as ingest
from folkmoot_notification.domain import fields as notification_fields
from folkmoot_notification.domain import readers as notification
from folkmoot_search_index.domain import fields as search_fields
from folkmoot_search_index.domain import readers as search_index
from folkmoot_tagging.domain import readers as tagging

EXAMPLES = Path(__file__).parents[2] / "shared" / "examples" / ItemTagged.type
PRINCIPALS: list[Callable[[str, str, list[str]], frozenset[str]]] = [
    ingest.principals,
    tagging.principals,
    lambda person, company, groups: (
        search_index.reader(person, company, groups).principals
    ),
    notification.principals_of,
]


def test_what_can_be_searched_can_be_subscribed_to() -> None:
    search, standing = search_fields.FIELDS, notification_fields.FIELDS
    assert {name: search[name] for name in search} == {
        name: standing[name] for name in standing
    }


@pytest.mark.parametrize("example", ["minimal", "full"])
def test_an_item_holds_the_same_for_a_search_and_a_subscription(example: str) -> None:
    event = ItemTagged.model_validate_json((EXAMPLES / f"{example}.json").read_text())
    searched = search_fields.FIELDS.document(
        search_fields.searchable(event.item, event.tags)
    )
    matched = notification_fields.FIELDS.document(
        notification_fields.values(event.item, event.tags)
    )
    assert searched.atoms == matched.atoms
    for name in search_fields.FIELDS:
        assert searched.values(name) == matched.values(name)
    assert searched.times == matched.times


@pytest.mark.parametrize(
    ("person", "company", "groups"),
    [("ada", "north", []), ("bo", "north", ["furnaces", "safety"]), ("x/y", "w-1", [])],
)
def test_a_reader_is_the_same_to_every_service(
    person: str, company: str, groups: list[str]
) -> None:
    said = {principals(person, company, groups) for principals in PRINCIPALS}
    assert len(said) == 1
    assert {"everyone", f"company:{company}", f"person:{person}"} <= said.pop()
