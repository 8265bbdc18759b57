"""Which tags an item gets, and on what evidence."""

import time

import pytest
from folkmoot_events import Link, PersonRef, Span, Tag
from folkmoot_tagging.domain.concepts import Concept, Label
from folkmoot_tagging.domain.tags import LONGEST_NAME, MOST_TAGS, tags_of
from folkmoot_tagging.domain.vocabulary import EMPTY, Vocabulary

from tests.support.tagging_fakes import an_item

BACKUP = Concept("urn:backup", (Label("Backup", "en"), Label("Sicherung", "de")))
TEA = Concept("urn:tea", (Label("Java"),))
LANGUAGE = Concept("urn:language", (Label("java", "en"),))
VOCABULARY = Vocabulary("7", [BACKUP, TEA, LANGUAGE])


def test_each_kind_of_tag_tells_what_where_and_by_which_rule() -> None:
    item = an_item(text="#Launch: ask @ada about backup, see https://x.example.com")
    assert tags_of(item, VOCABULARY) == (
        Tag(
            id="hashtag:launch",
            kind="hashtag",
            label="Launch",
            asserter="rule:hashtags@1",
            evidence=Span(field="text", start=0, end=7),
        ),
        Tag(
            id="mention:ada",
            kind="mention",
            label="ada",
            asserter="rule:mentions@1",
            evidence=Span(field="text", start=13, end=17),
        ),
        Tag(
            id="urn:backup",
            kind="concept",
            label="Backup",
            asserter="rule:skos-labels@7",
            evidence=Span(field="text", start=24, end=30),
        ),
        Tag(
            id="link:https://x.example.com",
            kind="link",
            label="https://x.example.com",
            asserter="rule:links@1",
            evidence=Span(field="text", start=36, end=57),
        ),
    )


def test_what_only_the_source_declares_has_no_evidence() -> None:
    item = an_item(
        hashtags=("Release notes", "#"),
        mentions=(PersonRef(id="chat/1", name="Ada  Lee"),),
        links=(Link(url="https://s.example/1", expanded="https://long.example.com/"),),
    )
    tags = tags_of(item, EMPTY)
    assert [(tag.id, tag.label) for tag in tags] == [
        ("hashtag:release notes", "Release notes"),
        ("mention:ada lee", "Ada  Lee"),
        ("link:https://long.example.com/", "https://s.example/1"),
    ]
    assert {(tag.asserter, tag.evidence) for tag in tags} == {("source", None)}


def test_a_tag_is_asserted_once_with_its_earliest_evidence() -> None:
    item = an_item(
        title="A #Plan", text="#plan \uff03\uff30\uff2c\uff21\uff2e", hashtags=("PLAN",)
    )
    (tag,) = tags_of(item, EMPTY)
    assert tag.id == "hashtag:plan"
    assert tag.evidence == Span(field="title", start=2, end=7)


def test_a_shortened_link_in_the_text_is_tagged_by_where_it_leads() -> None:
    item = an_item(
        text="at http://t.co/abc now",
        links=(Link(url="http://t.co/abc", expanded="https://example.org/page"),),
    )
    (tag,) = tags_of(item, EMPTY)
    assert tag.id == "link:https://example.org/page"
    assert tag.evidence == Span(field="text", start=3, end=18)


def test_a_label_of_two_concepts_asserts_both_with_half_the_score() -> None:
    tags = tags_of(an_item(text="Java!"), VOCABULARY)
    assert {(tag.id, tag.score) for tag in tags} == {
        ("urn:tea", 0.5),
        ("urn:language", 0.5),
    }


def test_a_concept_is_labelled_in_the_language_of_the_item() -> None:
    (tag,) = tags_of(an_item(text="Backup!", language="de"), VOCABULARY)
    assert tag.label == "Sicherung"


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("list.map", 0.5),
        ("README.md", 0.5),
        ("example.com", 1.0),
        ("www.example.de", 1.0),
        ("example.de/path", 1.0),
        ("http://example.de", 1.0),
    ],
)
def test_a_bare_name_that_may_be_code_scores_half(text: str, score: float) -> None:
    (tag,) = tags_of(an_item(text=f"see {text} there"), EMPTY)
    assert tag.score == score


def test_too_many_links_do_not_push_out_a_hashtag() -> None:
    text = " ".join(f"https://example.com/{n}" for n in range(MOST_TAGS + 1)) + " #kept"
    tags = tags_of(an_item(text=text), EMPTY)
    assert len(tags) == MOST_TAGS
    assert tags[0].id == "hashtag:kept"


def test_a_hashtag_without_end_is_none() -> None:
    endless = "a" * (LONGEST_NAME + 1)
    assert tags_of(an_item(text=f"#{endless}", hashtags=(endless,)), EMPTY) == ()


def test_marks_without_end_take_time_in_proportion_to_their_number() -> None:
    marks = "\u0301\u0323" * 100_000
    item = an_item(title=f"x{marks}", text=f"#a{marks} a{marks} @b{marks}")
    begun = time.process_time()
    tags_of(item, VOCABULARY)
    assert time.process_time() - begun < 5
