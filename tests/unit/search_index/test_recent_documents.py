"""Documents that need not be read back."""

from folkmoot_search_index.domain.documents import document_of
from folkmoot_search_index.storage.recent import RecentDocuments

from tests.support.tagged_items import an_item, tagged

DOCUMENT = document_of(tagged(an_item("itm_1")))


def test_a_document_is_handed_over_once_and_only_for_its_version() -> None:
    recent = RecentDocuments()
    recent.add([DOCUMENT])
    assert recent.take(DOCUMENT.id, (7, 7)) is None
    assert recent.take(DOCUMENT.id, DOCUMENT.version) is DOCUMENT
    assert recent.take(DOCUMENT.id, DOCUMENT.version) is None


def test_the_oldest_is_forgotten_when_there_are_too_many() -> None:
    recent = RecentDocuments(most=1)
    other = document_of(tagged(an_item("itm_2")))
    recent.add([DOCUMENT, other])
    assert recent.take(DOCUMENT.id, DOCUMENT.version) is None
    assert recent.take(other.id, other.version) is other
