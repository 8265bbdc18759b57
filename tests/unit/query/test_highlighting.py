"""A snippet shows the part of a text that holds most of what was looked for."""

from folkmoot_query import FieldTable, Keyword, Snippet, Text, highlight, parse
from hypothesis import given
from hypothesis import strategies as st

FIELDS = FieldTable(
    {"title": Text(default=True), "note": Text(), "maker": Keyword(words=True)}
)


def shown(query: str, text: str, field: str | None = None, size: int = 240) -> str:
    """Return the snippet with its ranges in brackets."""
    text, ranges = highlight(text, parse(query, FIELDS), field, max_chars=size)
    for start, end in reversed(ranges):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


def test_each_form_of_a_word_is_marked() -> None:
    assert shown("run shoe", "Running shoes; RUN!") == "[Running] [shoes]; [RUN]!"


def test_a_phrase_is_marked_as_a_whole_and_only_as_one() -> None:
    assert shown('"red shoe"', "a shoe, red shoes") == "a shoe, [red shoes]"


def test_the_beginning_of_a_word_marks_the_word() -> None:
    assert shown("libr*", "a librarian") == "a [librarian]"


def test_what_a_not_excludes_is_not_marked() -> None:
    assert shown("red -blue", "red or blue") == "[red] or blue"


def test_only_terms_of_the_field_are_marked() -> None:
    assert shown("red note:blue", "red blue") == "[red] blue"
    assert shown("red note:blue", "red blue", "note") == "[red] [blue]"
    assert shown("maker:ada", "Ada Lovelace", "maker") == "[Ada] Lovelace"


def test_pairs_of_letters_that_overlap_are_one_mark() -> None:
    assert shown("東京都", "いま東京都に") == "いま[東京都]に"
    assert shown("京", "東京都") == "東[京都]"


def test_marks_fit_letters_that_grow_when_folded() -> None:
    assert shown("strasse fine", "Die Straße, ﬁne") == "Die [Straße], [ﬁne]"


def test_a_long_text_is_cut_where_most_is_found() -> None:
    text = "red " + "word " * 50 + "a red and blue thing " + "word " * 50

    assert (
        shown("red blue", text, size=40) == "…word a [red] and [blue] thing word word…"
    )


def test_of_equal_parts_the_first_is_shown() -> None:
    assert (
        shown("red", "red " + "word " * 50 + "red", size=20) == "[red] word word word…"
    )


def test_without_a_hit_the_beginning_is_shown() -> None:
    assert shown("red", "word " * 50, size=20) == "word word word…"
    assert shown("red", "") == ""


@given(st.text(st.sampled_from("ab, 東ßé\n"), max_size=200), st.integers(8, 60))
def test_a_query_without_words_shows_what_one_without_a_hit_does(
    text: str, size: int
) -> None:
    absent = shown("red", text, size=size)
    assert shown("*", text, size=size) == absent
    assert shown("note:blue", text, "title", size=size) == absent


def test_a_hit_larger_than_the_snippet_is_cut() -> None:
    assert shown("x" * 100, "x" * 100, size=12) == "[xxxxxxxxxx]…"


@given(
    st.lists(st.sampled_from(["red", "blue", "東京都", "word", "ß", "\n"])).map(
        " ".join
    ),
    st.integers(8, 60),
)
def test_a_snippet_fits_and_its_ranges_lie_in_order(text: str, size: int) -> None:
    node = parse('red OR "blue word" OR 東京 OR ss', FIELDS)
    snippet = highlight(text, node, max_chars=size)

    assert len(snippet.text) <= size
    assert snippet.text.strip("…") in text
    assert snippet == Snippet(text, snippet.ranges) or "…" in snippet.text
    flat = [edge for pair in snippet.ranges for edge in pair]
    assert flat == sorted(set(flat))
    assert all(edge <= len(snippet.text) for edge in flat)
