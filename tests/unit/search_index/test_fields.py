from folkmoot_events import PersonRef, Tag
from folkmoot_notification.domain import fields as standing
from folkmoot_search_index.domain.fields import FIELDS, searchable

from tests.support.tagged_items import a_tag, an_item

GRACE = PersonRef(id="zulip.north.example/18", name="Grace Hopper")
TAGS = (
    a_tag(),
    Tag(id="mention:emmy", kind="mention", label="@Emmy", asserter="rule:mentions@1"),
)


def test_a_search_and_a_subscription_see_the_same_fields_of_an_item() -> None:
    item = an_item(mentions=(GRACE,))
    searched = FIELDS.document(searchable(item, TAGS))
    subscribed = standing.FIELDS.document(standing.values(item, TAGS))
    assert list(FIELDS) == list(standing.FIELDS)
    assert {name: FIELDS[name] for name in FIELDS} == {
        name: standing.FIELDS[name] for name in standing.FIELDS
    }
    for name in FIELDS:
        assert searched.values(name) == subscribed.values(name)
    assert searched.atoms == subscribed.atoms
    assert searched.times == subscribed.times


def test_a_tag_and_a_mention_are_found_by_id_and_by_name() -> None:
    found = FIELDS.document(searchable(an_item(mentions=(GRACE,)), TAGS))
    assert {"hashtag:rust", "rust"} <= found.values("tag")
    assert found.values("mention") == {"zulip.north.example/18", "grace hopper", "emmy"}
