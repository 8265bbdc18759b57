"""How a vocabulary comes into use, and what is told of it."""

from dataclasses import dataclass, field

import pytest
from folkmoot_events import ConceptChanged, ConceptRetired, Event
from folkmoot_tagging.domain.concepts import Concept, Label, Thesaurus
from folkmoot_tagging.use_cases.load_vocabulary import (
    CONCEPTS_AT_ONCE,
    LoadVocabulary,
)

from tests.support.tagging_fakes import (
    FakeClock,
    FakeConcepts,
    FakeThesaurus,
    FakeTransactions,
    FakeVocabulary,
)


def concept(name: str, *alternative: str) -> Concept:
    return Concept(f"urn:{name}", (Label(name),), tuple(map(Label, alternative)))


FIRST = Thesaurus("1", (concept("Backup"), concept("Wiki")), {})


@dataclass
class Loading:
    """The use case of one process; `again` is another process on the same store."""

    thesaurus: FakeThesaurus = field(default_factory=lambda: FakeThesaurus(FIRST))
    concepts: FakeConcepts = field(default_factory=FakeConcepts)
    vocabulary: FakeVocabulary = field(default_factory=FakeVocabulary)

    async def __call__(self) -> list[Event]:
        transactions = FakeTransactions()
        load = LoadVocabulary(
            self.thesaurus, self.concepts, self.vocabulary, transactions, FakeClock()
        )
        await load()
        return transactions.published

    def again(self) -> "Loading":
        return Loading(self.thesaurus, self.concepts)


@pytest.fixture
def loading() -> Loading:
    return Loading()


async def test_the_first_load_announces_and_uses_every_concept(
    loading: Loading,
) -> None:
    told = await loading()
    assert [event.key for event in told] == ["urn:Backup", "urn:Wiki"]
    assert all(isinstance(event, ConceptChanged) for event in told)
    assert len(loading.vocabulary.current.find("A wiki backup")) == 2
    assert loading.vocabulary.current.version == "1"


async def test_a_second_start_announces_nothing_and_reads_only_the_store(
    loading: Loading,
) -> None:
    await loading()
    second = loading.again()
    assert await second() == []
    assert second.thesaurus.reads == 1
    assert len(second.vocabulary.current.find("A wiki backup")) == 2


async def test_only_what_changed_is_announced_with_the_next_revision(
    loading: Loading,
) -> None:
    await loading()
    loading.thesaurus.edition = Thesaurus(
        "2", (concept("Backup", "Restore"), concept("Wiki"), concept("Tea")), {}
    )
    told = await loading()
    assert [
        (event.key, event.revision)
        for event in told
        if isinstance(event, ConceptChanged)
    ] == [("urn:Backup", 2), ("urn:Tea", 1)]
    assert len(loading.vocabulary.current.find("restore")) == 1


async def test_a_concept_that_is_gone_is_retired_once_and_may_return(
    loading: Loading,
) -> None:
    await loading()
    gone = Thesaurus("2", FIRST.concepts[:1], {"urn:Wiki": "urn:Backup"})
    loading.thesaurus.edition = gone
    (told,) = await loading()
    assert isinstance(told, ConceptRetired)
    assert (told.revision, told.replaced_by) == (2, "urn:Backup")
    assert loading.vocabulary.current.find("wiki") == []
    loading.thesaurus.edition = Thesaurus("3", FIRST.concepts[:1], {})
    assert await loading() == []
    loading.thesaurus.edition = Thesaurus("4", FIRST.concepts, {})
    (back,) = await loading()
    assert isinstance(back, ConceptChanged)
    assert back.revision == 3


async def test_an_announcement_that_was_broken_off_is_finished_without_repetition(
    loading: Loading,
) -> None:
    many = tuple(concept(f"C{n:05}") for n in range(CONCEPTS_AT_ONCE + 1))
    loading.thesaurus.edition = Thesaurus("1", many[:CONCEPTS_AT_ONCE], {})
    await loading()
    loading.concepts.known.pop("urn:C00007")
    later = loading.again()
    later.thesaurus.edition = Thesaurus("2", many, {})
    told = await later()
    assert [event.key for event in told] == [
        "urn:C00007",
        f"urn:C{CONCEPTS_AT_ONCE:05}",
    ]


async def test_the_old_vocabulary_stays_in_use_until_the_new_one_is_compiled(
    loading: Loading,
) -> None:
    await loading()
    before = loading.vocabulary.current
    loading.thesaurus.edition = Thesaurus("2", (concept("Tea"),), {})
    await loading()
    assert len(before.find("wiki")) == 1
    assert loading.vocabulary.current.find("wiki") == []
