"""What the conformance cases leave open, and what hostile text must not do."""

import time

import pytest
from folkmoot_tagging.domain.extraction import extract
from hypothesis import given
from hypothesis import strategies as st

LINEAR_SECONDS = 2.0


def urls(text: str) -> list[str]:
    return [link.url for link in extract(text).links]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (
            "see [the page](https://example.com/a_(b)) there",
            "https://example.com/a_(b)",
        ),
        ("[https://example.com/a](https://b.example.com)", "https://example.com/a"),
        ("<https://example.com/x?y=1>", "https://example.com/x?y=1"),
        ("(https://example.com/a).", "https://example.com/a"),
        ("http://example.com:8443/x", "http://example.com:8443/x"),
        ("HTTPS://Example.COM/Path", "HTTPS://Example.COM/Path"),
        ("**https://example.com/a**", "https://example.com/a"),
    ],
)
def test_punctuation_around_a_url_stays_outside(text: str, url: str) -> None:
    assert urls(text)[0] == url


def test_code_in_backticks_marks_nothing() -> None:
    text = "run `#eval x` or\n```\n@ada #check example.com\n```\nthen #done"
    found = extract(text)
    assert [tag.text for tag in found.hashtags] == ["done"]
    assert not found.mentions
    assert not found.links


def test_a_lone_backtick_hides_nothing() -> None:
    assert [tag.text for tag in extract("it`s #fine\nsee").hashtags] == ["fine"]


def test_a_group_is_mentioned_by_its_owner_and_name() -> None:
    (mention,) = extract("cc @north/design please").mentions
    assert (mention.name, mention.group) == ("north", "design")


def test_a_mail_address_is_neither_a_mention_nor_a_link() -> None:
    found = extract("write to ada.lee@example.com or ada@mail.example.org")
    assert not found.mentions
    assert not found.links


def test_a_method_call_is_no_link() -> None:
    assert urls("self.app.refresh() and foo.bar.baz") == []


@given(
    st.text(
        st.sampled_from("ab1#\uff03@/:.`()[]-_? \né中みﾞ\u200d\ufe0f😀")
        | st.characters(),
        max_size=60,
    )
)
def test_every_span_covers_exactly_what_was_found(text: str) -> None:
    found = extract(text)
    for tag in found.hashtags:
        assert text[tag.start + 1 : tag.end] == tag.text
    for mention in found.mentions:
        assert text[mention.start + 1 : mention.end].startswith(mention.name)
    for link in found.links:
        assert text[link.start : link.end] == link.url


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "a.",
            "a-",
            "#",
            "@a/",
            "`",
            "`a",
            "``` ",
            "a",
            "é.",
            "みん.",
            "a.com@",
            "a.com",
        ),
        *("http://", "http://a.", "http://a.com?", "[http://a.com](", "http://あ.com."),
        *("RT@", "#_", "\uff03a\uff03", "@_@", "($", "://", "/?#", "xn--."),
    ],
)
@pytest.mark.parametrize("head", ["", "http://a.com/", "#", "http://x."])
def test_hostile_text_takes_time_in_proportion_to_its_length(
    head: str, unit: str
) -> None:
    text = head + unit * (100_000 // len(unit)) + " !"
    begun = time.process_time()
    extract(text)
    assert time.process_time() - begun < LINEAR_SECONDS
