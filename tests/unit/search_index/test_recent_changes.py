"""Changes that need not be read back."""

from bson import ObjectId
from folkmoot_search_index.domain.documents import Change, document_of
from folkmoot_search_index.storage.recent import RecentChanges

from tests.support.tagged_items import an_item, tagged

ONE, TWO = ObjectId(), ObjectId()
CHANGES = [
    Change(f"itm_{n}", document_of(tagged(an_item(f"itm_{n}")), b"four"))
    for n in range(2)
]


def test_the_changes_of_a_transaction_are_handed_over_once() -> None:
    recent = RecentChanges()
    recent.add(ONE, CHANGES)
    assert recent.take(TWO) is None
    assert recent.take(ONE) is CHANGES
    assert recent.take(ONE) is None


def test_the_oldest_are_forgotten_when_there_are_too_many() -> None:
    recent = RecentChanges(most=3)
    recent.add(ONE, CHANGES)
    recent.add(TWO, CHANGES)
    assert recent.take(ONE) is None
    assert recent.take(TWO) is CHANGES


def test_the_oldest_are_forgotten_when_they_are_too_large() -> None:
    recent = RecentChanges(largest=12)
    recent.add(ONE, CHANGES)
    recent.add(TWO, [*CHANGES, Change("itm_gone", None)])
    assert recent.take(ONE) is None
    assert len(recent.take(TWO) or ()) == 3


def test_what_is_too_large_by_itself_is_not_kept() -> None:
    recent = RecentChanges(largest=7)
    recent.add(ONE, CHANGES)
    assert recent.take(ONE) is None
    recent.add(TWO, CHANGES[:1])
    assert recent.take(TWO) == CHANGES[:1]
