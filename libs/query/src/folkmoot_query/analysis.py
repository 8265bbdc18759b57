"""Text to terms: the one analyser that index, matcher and highlighter share.

A term is a run of letters and digits, compatibility-normalised, case-folded and
stemmed (Snowball English, Porter2). Scripts written without spaces yield overlapping
pairs of letters, and the last letter by itself, so that any part of a run is found.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import Stemmer

if TYPE_CHECKING:
    from collections.abc import Iterator

# Scripts written without spaces between words, and Hangul, whose words carry endings.
_SPACELESS: Final = (
    r"\u0e01-\u0e4e\u0e81-\u0ecd\u1000-\u109f\u1780-\u17d3"  # Thai, Lao, Burmese, Khmer
    r"\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc"  # Hangul
    r"\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f"
    r"\u3105-\u312f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
# Half-width voicing marks; vowels and final consonants of decomposed Hangul.
_JOINING: Final = r"\uff9e\uff9f\u1160-\u11ff"
# Soft hyphen, zero-width non-joiner and joiner: part of a word, but not of its term.
_INVISIBLE: Final = r"\u00ad\u200c\u200d"
LONGEST_WORD: Final = 200
# Engines refuse terms of many kilobytes, so a longer run becomes several terms. The
# possessive 's belongs to the word before it: nobody searches for an "s".
_ASCII_WORD: Final = re.compile(
    rf"([A-Za-z0-9]{{1,{LONGEST_WORD}}})(?:'[sS](?![A-Za-z0-9]))?"
)
# The same in steps, each of which is a plain loop in C.
_POSSESSIVE: Final = re.compile(r"([A-Za-z0-9])'[sS](?![A-Za-z0-9])")
_ASCII_LETTERS: Final = bytes(
    ord(chr(code).lower() if chr(code).isalnum() else " ") for code in range(0x80)
).ljust(0x100)
_FOREIGN: Final = re.compile(r"[^\x00-\x7f]+")

MOST_WORDS: Final = 1 << 16
"""Of which the terms are kept at hand."""


class Token(NamedTuple):
    """A term and where it stands in the text as given, in code points."""

    term: str
    start: int
    end: int


class _Patterns(NamedTuple):
    word: re.Pattern[str]
    run: re.Pattern[str]
    letter: re.Pattern[str]
    noise: re.Pattern[str]


def analyze(text: str) -> list[Token]:
    """Split `text` into terms, in order.

    A term's position, as phrases count it, is its index. Takes linear time.
    """
    if text.isascii():
        return [
            Token(_term(found[1]), found.start(1), found.end(1))
            for found in _ASCII_WORD.finditer(text)
        ]
    return list(_tokens(text))


def terms(text: str) -> list[str]:
    """Return the terms of `analyze` without their places, several times as fast."""
    if text.isascii():
        return _ascii_terms(text)
    found: list[str] = []
    for part in _parts(text):
        if part.isascii():
            found += _ascii_terms(part)
        else:
            found += [token.term for token in _tokens(part)]
    return found


def _ascii_terms(text: str) -> list[str]:
    if "'s" in text or "'S" in text:
        text = _POSSESSIVE.sub(r"\1 ", text)
    words = text.encode().translate(_ASCII_LETTERS).decode().split()
    if len(text) > LONGEST_WORD and max(map(len, words), default=0) > LONGEST_WORD:
        words = [piece for word in words for piece in _pieces(word)]
    return list(map(_term, words))


def _pieces(word: str) -> Iterator[str]:
    for start in range(0, len(word), LONGEST_WORD):
        yield word[start : start + LONGEST_WORD]


def _parts(text: str) -> Iterator[str]:
    """Cut a text at white space, which no term spans, so that most of it is ASCII."""
    done = 0
    for letter in _FOREIGN.finditer(text):
        start, end = letter.span()
        if start < done:
            continue
        while start > done and not text[start - 1].isspace():
            start -= 1
        while end < len(text) and not text[end].isspace():
            end += 1
        yield text[done:start]
        yield text[start:end]
        done = end
    yield text[done:]


def terms_to_find(text: str) -> tuple[str, ...]:
    """Return the terms that a text holding `text` must have, in a row.

    They are those of `analyze`, but for the last letter of a spaceless script, which
    stands by itself only where the run ends.
    """
    tokens = analyze(text)
    if len(tokens) > 1 and tokens[-1].start < tokens[-2].end:
        del tokens[-1]
    return tuple(token.term for token in tokens)


def fold(value: str) -> str:
    """Return `value` as keywords are compared: NFKC, case-folded, trimmed."""
    if value.isascii():
        return value.lower().strip()
    folded = unicodedata.normalize("NFKC", value).casefold()
    return unicodedata.normalize("NFKC", folded).casefold().strip()


def spaceless(text: str) -> bool:
    """Tell whether `text` is all of a script that is cut into pairs of letters."""
    return not text.isascii() and _patterns().run.fullmatch(text) is not None


@lru_cache(maxsize=1 << 16)
def letters(text: str) -> str:
    """Return `text` folded and rid of all that is no letter, digit or mark."""
    return text.lower() if text.isascii() else _patterns().noise.sub("", fold(text))


class _Terms(dict[str, str]):
    """The term of each word that was met.

    Looked up for every word of every text: a dictionary is twice as fast as a cache
    that notes what was used last. It is emptied when it is full.
    """

    def __missing__(self, word: str) -> str:
        if len(self) >= MOST_WORDS:
            self.clear()
        term = self[word] = str(_stemmer().stemWord(letters(word)))
        return term


_term = _Terms().__getitem__


def _tokens(text: str) -> Iterator[Token]:
    patterns = _patterns()
    for found in patterns.word.finditer(text):
        word, start = found[1], found.start(1)
        if word.isascii():
            yield Token(_term(word), start, found.end(1))
            continue
        done = 0
        for run in patterns.run.finditer(word):
            yield from _whole(word[done : run.start()], start + done)
            yield from _pairs(run[0], start + run.start())
            done = run.end()
        yield from _whole(word[done:], start + done)


def _whole(word: str, start: int) -> Iterator[Token]:
    if word and (term := _term(word)):
        yield Token(term, start, start + len(word))


def _pairs(run: str, start: int) -> Iterator[Token]:
    cut = [
        (letter, start + found.start(), start + found.end())
        for found in _patterns().letter.finditer(run)
        if (letter := letters(found[0]))
    ]
    for (one, begin, _), (two, _, end) in pairwise(cut):
        yield Token(one + two, begin, end)
    if cut:
        yield Token(*cut[-1])


@cache
def _stemmer() -> Stemmer.Stemmer:
    # Its own cache would be a second one behind ours.
    return Stemmer.Stemmer("english", 0)


@cache
def _patterns() -> _Patterns:
    """Compile what `re` has no class for: a letter with its combining marks."""
    marks = re.escape(
        "".join(
            char
            for char in map(chr, range(0x300, 0x20000))
            if unicodedata.category(char)[0] == "M"
        )
    )
    joined = f"[{marks}{_INVISIBLE}]"
    return _Patterns(
        re.compile(
            rf"([^\W_]{{1,{LONGEST_WORD}}}"
            rf"(?:{joined}{{1,8}}[^\W_]{{0,{LONGEST_WORD}}}){{0,50}})"
            rf"(?:['\u2019][sS](?![^\W_]|{joined}))?"
        ),
        re.compile(rf"[{_SPACELESS}][{_SPACELESS}{marks}{_INVISIBLE}]*"),
        re.compile(rf"[{_SPACELESS}][{marks}{_INVISIBLE}{_JOINING}]*"),
        re.compile(rf"(?:[\W_](?<![{marks}]))+"),
    )
