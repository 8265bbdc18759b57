"""How the labels of concepts are found in text."""

import os
import time
from pathlib import Path

import pytest
from folkmoot_tagging.domain.concepts import Concept, Label
from folkmoot_tagging.domain.folding import fold, fold_literally
from folkmoot_tagging.domain.vocabulary import EMPTY, Vocabulary
from folkmoot_tagging.gateways.turtle import read_thesaurus
from hypothesis import given
from hypothesis import strategies as st

CORPORA = os.environ.get("FOLKMOOT_CORPORA")


def vocabulary(*labels: str) -> Vocabulary:
    """One concept a label, its id the label."""
    concepts = [Concept(label, (Label(label, "en"),)) for label in labels]
    return Vocabulary("1", concepts)


def found(text: str, *labels: str) -> list[str]:
    """What stands in the text where a label was found."""
    return [text[s.start : s.end] for s in vocabulary(*labels).find(text)]


def test_preferred_and_alternative_labels_of_every_language_lead_to_the_concept() -> (
    None
):
    backup = Concept(
        "urn:backup", (Label("backup", "en"),), (Label("Datensicherung", "de"),)
    )
    sightings = Vocabulary("1", [backup]).find("Unsere Datensicherung (backup) lief.")
    assert [sighting.concepts for sighting in sightings] == [(backup,), (backup,)]


def test_the_longest_label_that_starts_first_is_taken() -> None:
    labels = ("search", "search engine", "engine room")
    assert found("A search engine room", *labels) == ["search engine"]


@pytest.mark.parametrize(
    ("text", "labels", "expected"),
    [
        ("red hats", ("red", "red hat"), ["red"]),
        ("the cat food", ("he cat", "cat food"), ["cat food"]),
        ("redder", ("red",), []),
        ("infrared", ("red",), []),
        ("red_team", ("red",), []),
        ("red-team, red.", ("red",), ["red", "red"]),
        ("#red", ("red",), ["red"]),
    ],
)
def test_a_label_ends_where_words_end(
    text: str, labels: tuple[str, ...], expected: list[str]
) -> None:
    assert found(text, *labels) == expected


@pytest.mark.parametrize(
    ("text", "label", "expected"),
    [
        ("KUBERNETES", "Kubernetes", "KUBERNETES"),
        ("die STRASSE dort", "Straße", "STRASSE"),
        ("die Straße dort", "strasse", "Straße"),
        ("ΣΎΝΘΕΣΙΣ", "Σύνθεσις", "ΣΎΝΘΕΣΙΣ"),
        ("cafe\u0301 au lait", "CAFÉ", "cafe\u0301"),
        ("ﬁle server", "file server", "ﬁle server"),
        ("on\r\nfile\r\nserver", "file server", "file\r\nserver"),
        ("file\nserver", "file server", "file\nserver"),
        ("e-mail", "e mail", "e-mail"),
    ],
)
def test_folding_keeps_offsets_of_the_text_as_written(
    text: str, label: str, expected: str
) -> None:
    assert found(text, label) == [expected]
    assert found("İİ… " + text, label) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We like C++.", ["C++"]),
        ("c#, c++", ["c#", "c++"]),
        ("Use .NET now", [".NET"]),
        ("see example.net", []),
        ("vitamin C", []),
    ],
)
def test_punctuation_at_the_edge_of_a_label_is_part_of_it(
    text: str, expected: list[str]
) -> None:
    assert found(text, "C++", "C#", ".NET") == expected


def test_a_label_that_is_spelt_like_a_frequent_word_must_agree_in_case() -> None:
    assert found("Who asked the WHO about IT? Is it us?", "WHO", "IT", "US") == [
        "WHO",
        "IT",
    ]


def test_words_of_scripts_without_spaces_are_found_inside_a_sentence() -> None:
    assert found("日本語の検索は難しい", "検索") == ["検索"]


def test_a_label_of_two_concepts_leads_to_both() -> None:
    concepts = [
        Concept("urn:animal", (Label("Python"),)),
        Concept("urn:language", (Label("python"),)),
    ]
    (sighting,) = Vocabulary("1", concepts).find("a Python")
    assert [concept.id for concept in sighting.concepts] == [
        "urn:animal",
        "urn:language",
    ]


def test_a_vocabulary_without_concepts_finds_nothing() -> None:
    assert EMPTY.find("anything") == []
    assert vocabulary("!", " ").find("! what") == []


def test_a_concept_is_shown_in_the_language_of_the_item_else_in_english() -> None:
    concept = Concept("urn:x", (Label("Sicherung", "de"), Label("backup", "en-GB")))
    assert concept.shown_as("de-AT") == "Sicherung"
    assert concept.shown_as("fr") == "backup"
    assert concept.shown_as(None) == "backup"


TRICKY = st.text(
    st.sampled_from("aB cİßﬁ…\u0301é\r\n-日½ǅΣςᄀ\u1161ﾞ😀\u200d") | st.characters(),
    max_size=30,
)


@given(before=TRICKY, after=TRICKY, label=TRICKY)
def test_whatever_stands_around_it_a_sighting_covers_text_that_folds_to_the_label(
    before: str, after: str, label: str
) -> None:
    text = f"{before} {label} {after}"
    for sighting in vocabulary(label).find(text):
        written = text[sighting.start : sighting.end]
        assert fold(written).text == fold(label.strip()).text


@given(TRICKY)
def test_every_folded_character_comes_from_somewhere_in_the_text(text: str) -> None:
    folded = fold(text)
    covered = [folded.span(i, i + 1) for i in range(len(folded.text))]
    assert covered == sorted(covered)
    if covered:
        assert covered[0][0] == 0
        assert covered[-1][1] == len(text)
    for start, end in covered:
        assert 0 <= start < end <= len(text)


@given(TRICKY)
def test_folding_is_stable(text: str) -> None:
    assert fold_literally(fold_literally(text)) == fold_literally(text)


@pytest.mark.slow
@pytest.mark.skipif(not CORPORA, reason="FOLKMOOT_CORPORA is not set")
def test_a_whole_thesaurus_is_read_and_compiled_within_seconds() -> None:
    path = Path(CORPORA or "", "tagging/vocab/stw-skos.ttl.gz")
    begun = time.process_time()
    thesaurus = read_thesaurus(path)
    compiled = Vocabulary(thesaurus.version, thesaurus.concepts)
    assert time.process_time() - begun < 20
    assert len(compiled.concepts) == 6_243
    assert len(thesaurus.replaced) == 1_151
    (sighting,) = compiled.find("Zur SMOPEC gibt es viel.")
    assert sighting.concepts[0].shown_as("en") == "Small open economy"
