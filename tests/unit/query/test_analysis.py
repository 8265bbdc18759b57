# ruff: noqa: RUF001  letters that look alike are what these tests are about
"""Text to terms, and terms back to their places in the text."""

import unicodedata

import pytest
from folkmoot_query import FieldTable, Text, analyze, fold, matches, parse, terms
from hypothesis import given
from hypothesis import strategies as st

SPACELESS = st.text("東京都猫のカタナ한국어", min_size=1, max_size=12)
LETTERS = st.text("aeioucnszß éüñçøåžščКИйΣσς'’-_ 한국", max_size=40)
FIELDS = FieldTable({"title": Text(default=True)})


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Running shoes", "run shoe"),
        ("read_csv __init__", "read csv init"),
        ("Ada's dogs' O'Brien", "ada dog o brien"),
        ("it\u2019s ADA\u2019S", "it ada"),
        ("'s isn't", "s isn t"),
        ("v1.2-rc3", "v1 2 rc3"),
        ("", ""),
        ("!? \U0001f389", ""),
        ("ﬁancées Ｆｕｌｌ", "fiancé full"),
        ("Straße STRASSE", "strass strass"),
        ("cafe\u0301 café", "café café"),
        ("x²+½", "x2 12"),
        ("東京都", "東京 京都 都"),
        ("v東京x", "v 東京 京 x"),
        ("ｶﾞｲ", "ガイ イ"),
        ("\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국 국"),
        ("हिन्दी", "हिन्दी"),
        ("\ufdfa", "صلىاللهعليهوسلم"),
        ("da\u00adta می\u200cخواهم", "data میخواهم"),
    ],
)
def test_a_text_has_its_terms(text: str, terms: str) -> None:
    assert " ".join(token.term for token in analyze(text)) == terms


def test_a_term_tells_where_it_stood_although_it_grew() -> None:
    text = "Die ﬁne Straße, İzmir's 東京"

    assert [text[start:end] for _, start, end in analyze(text)] == [
        "Die",
        "ﬁne",
        "Straße",
        "İzmir",
        "東京",
        "京",
    ]


def test_a_run_too_long_for_an_engine_is_several_terms() -> None:
    for text in ("a" * 450, "é" + "a" * 449):
        assert [len(token.term) for token in analyze(text)] == [200, 200, 50]


@given(st.text())
def test_terms_come_in_order_and_none_is_empty_or_has_space(text: str) -> None:
    tokens = analyze(text)

    assert all(token.term and not token.term.split()[1:] for token in tokens)
    assert all(0 <= start < end <= len(text) for _, start, end in tokens)
    assert [t.start for t in tokens] == sorted(t.start for t in tokens)
    assert [t.end for t in tokens] == sorted(t.end for t in tokens)


@given(LETTERS)
def test_case_and_composition_make_no_difference(text: str) -> None:
    terms = [token.term for token in analyze(text)]

    for form in ("NFC", "NFD"):
        for other in (text, text.upper(), text.casefold()):
            again = analyze(unicodedata.normalize(form, other))
            assert [token.term for token in again] == terms


@given(st.text(st.characters(codec="ascii")))
def test_plain_letters_do_not_depend_on_their_company(text: str) -> None:
    """ASCII takes a faster path, which must agree with the other."""
    assert analyze(text + " é")[:-1] == analyze(text)


@given(SPACELESS, st.data())
def test_any_part_of_a_run_without_spaces_finds_it(
    run: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(run) - 1))
    end = data.draw(st.integers(start + 1, len(run)))

    document = FIELDS.document({"title": run})
    assert matches(parse(run[start:end], FIELDS), document)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_folding_forgets_case(text: str) -> None:
    assert fold(text.casefold()) == fold(text)


WORDS = (
    "don’t",
    "naïve",
    "e\u0301te",
    "上海東",
    "x's",
    "tls",
    "’s",
    "\u200dcat",
    "한국",
)
POSSESSIVES = st.text("asSx's'9_é-. ", max_size=16)
OVERLONG = st.integers(199, 401).map(lambda n: "a" * n + "'s b")
SCRIPTS = st.sampled_from([*WORDS, *"-_ \n"])


@given(
    st.one_of(st.text(), LETTERS, POSSESSIVES, OVERLONG, st.lists(SCRIPTS).map("".join))
)
def test_the_terms_alone_are_those_of_the_analysis(written: str) -> None:
    assert terms(written) == [token.term for token in analyze(written)]
