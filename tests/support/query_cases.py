"""One table of queries and what they find, for whatever evaluates queries.

The library's own matcher and the search engine both run through it, so that a
standing query and a search cannot disagree.
"""

from typing import NamedTuple

from tests.support.query_documents import SCRIPTS, TALK, TIMES, Documents

_ALL = frozenset(TALK)


class Case(NamedTuple):
    """What `query` finds among `documents`, by their keys."""

    query: str
    documents: Documents
    expected: frozenset[str]
    note: str


def _talk(query: str, expected: str, note: str) -> Case:
    return Case(query, TALK, frozenset(expected.split()), note)


def _script(query: str, expected: str, note: str) -> Case:
    return Case(query, SCRIPTS, frozenset(expected.split()), note)


def _time(query: str, expected: str, note: str) -> Case:
    return Case(query, TIMES, frozenset(expected.split()), note)


WORDS = [
    Case("", TALK, _ALL, "an empty query finds all"),
    Case("  ", TALK, _ALL, "so does a blank one"),
    Case("*", TALK, _ALL, "so does a star"),
    _talk("memory", "leak bare", "a word in title or text, not in a tag"),
    _talk("MEMORY", "leak bare", "case does not matter"),
    _talk("borrow checker", "borrow split", "words together are all wanted"),
    _talk("run", "running leak", "a stem finds its inflections"),
    _talk("libraries", "leak", "an inflection is stemmed in the query too"),
    _talk("library", "leak", "and finds the others"),
    _talk("move", "borrow split", "moving, moved"),
    _talk("absent", "", "a word nobody wrote"),
    _talk("the", "borrow leak split", "no stop words"),
    _talk("4", "leak", "digits are words"),
    _talk("csv", "running", "an underscore parts words"),
    _talk("read_csv", "running", "and joins them as a phrase"),
    _talk("csv_read", "", "in that order"),
    _talk("team", "split", "a possessive s is dropped"),
    _talk("team's", "split", "in the query too"),
    _talk("don't", "split", "an apostrophe parts words"),
    _talk("DON\u2019T", "split", "whichever apostrophe"),
    _talk("C++", "quotes", "punctuation does not matter"),
    _talk("std::vector", "quotes", "two colons name no field"),
    _talk("12:30", "quotes", "nor does a number before one"),
    _talk("e-mail", "quotes", "a hyphen inside is no minus"),
    _talk("and", "quotes split", "a small and is a word"),
    _talk("title:memory", "leak", "a word in one field"),
    _talk("text:memory", "bare", "or the other"),
    _talk("TITLE:memory", "leak", "field names in any case"),
]

PHRASES = [
    _talk('"borrow checker"', "borrow", "not across title and text"),
    _talk('"checker borrow"', "", "order matters"),
    _talk('"the loop"', "", "nothing between"),
    _talk('"borrow checkers rejected"', "borrow", "a phrase is stemmed"),
    _talk('text:"borrow checker"', "borrow", "a phrase in one field"),
    _talk('title:"borrow checker"', "", "and not in the other"),
    _talk('"Memory"', "leak bare", "a phrase of one word"),
    _talk('"this loop. Moving"', "borrow", "a full stop does not matter"),
    _talk("\u201cmemory leak\u201d", "leak", "curly quotes are quotes"),
    _talk('"not goodbye"', "quotes", "an operator in quotes is a word"),
    _talk(r'"say \"hello\""', "quotes", "escaped quotes"),
    _talk(r'"c:\temp"', "quotes", "a backslash by itself"),
    _talk('"run read csv"', "running", "three words"),
    _talk('"we were running" runners', "running", "a phrase and a word"),
]

LOGIC = [
    _talk("memory OR borrow", "leak bare borrow split", "either"),
    _talk("memory AND leak", "leak", "both"),
    _talk("memory NOT leak", "bare", "one without the other"),
    _talk("memory AND NOT leak", "bare", "the same, spelt out"),
    _talk("memory -leak", "bare", "the same with a minus"),
    _talk('-"memory leak" memory', "bare", "a minus before a phrase"),
    _talk("NOT memory", "borrow running split quotes", "all the others"),
    _talk("-memory -borrow", "running quotes", "only negations"),
    _talk("NOT NOT memory", "leak bare", "a negation negated"),
    _talk("rust OR memory leak", "borrow leak", "AND binds closer than OR"),
    _talk("(rust OR memory) leak", "leak", "parentheses bind closest"),
    _talk("memory -(leak OR included)", "", "a group negated"),
    _talk("NOT (memory OR borrow)", "running quotes", "a group negated by word"),
    _talk("((((rust))))", "borrow", "idle parentheses"),
    _talk("(rust OR (memory (leak OR included)))", "borrow leak bare", "nested"),
    _talk("rust OR NOT the", "borrow running quotes bare", "or without"),
    _talk("* -memory", "borrow running split quotes", "all but"),
    _talk("text:(memory OR loop)", "bare borrow", "a field before a group"),
    _talk("title:(memory -leak)", "", "a negation in a field's group"),
    _talk("memory(leak)", "leak", "no space before a group"),
]

KEYWORDS = [
    _talk("company:north", "borrow leak", "a whole value, not part of one"),
    _talk("company:North", "borrow leak", "folded"),
    _talk("company:north-west", "quotes", "with a hyphen"),
    _talk("company:(north OR south)", "borrow leak running split", "either value"),
    _talk("-company:north", "running split quotes bare", "a value excluded"),
    _talk("tag:rust", "borrow", "one of several values"),
    _talk("tag:hashtag:rust", "borrow", "a value with a colon"),
    _talk("tag:(hashtag:rust OR hashtag:running)", "borrow running", "in a group"),
    _talk('tag:"memory safety"', "borrow leak", "a value with a space"),
    _talk("tag:memory", "", "a part of a value is not it"),
    _talk("tag:C++", "quotes", "punctuation matters in values"),
    _talk("tag:hashtag:*", "borrow running quotes", "the beginning of a value"),
    _talk("tag:conc*", "borrow leak", "a shorter beginning"),
    _talk("mention:u099", "running", "one of several mentions"),
    _talk("conversation:cnv_3 kind:reply", "split", "two fields"),
    _talk("source:chat.north.example", "borrow", "dots"),
    _talk("tool:zulip -kind:message", "borrow quotes", "a missing value is no match"),
    _talk("author:ada", "borrow running", "a word of a value"),
    _talk('author:"ada lovelace"', "borrow", "words of a value in order"),
    _talk('author:"lovelace ada"', "", "and in no other"),
    _talk("author:u042", "running", "the whole value"),
    _talk("author:chat.north.example/17", "borrow", "an identifier"),
    _talk("author:love*", "borrow", "the beginning of a word of a value"),
    _talk('author:"17 ada"', "", "not across two values"),
    _talk("author:(grace OR emmy) company:south", "split", "all together"),
    _talk("author:o'brien", "quotes", "an apostrophe in a name"),
    _talk("author:NO\u00cbL", "quotes", "an accent in another case"),
]

PREFIXES = [
    _talk("libr*", "leak", "the beginning of a word"),
    _talk("library*", "leak", "an inflected beginning"),
    _talk("mem*", "leak bare", "several"),
    _talk("title:mem*", "leak", "in one field"),
    _talk("MEM*", "leak bare", "folded"),
    _talk("emory*", "", "not the middle of a word"),
    _talk("-mem* the", "borrow split", "a beginning excluded"),
]

UNICODE = [
    _script("東京", "tokyo tower", "two letters"),
    _script("京都", "tokyo kyoto", "inside a longer run"),
    _script("東京都", "tokyo", "three letters, in a row"),
    _script("京", "tokyo kyoto tower", "one letter anywhere"),
    _script("猫", "cat", "one letter at the end of a run"),
    _script('"東京 tower"', "tower", "two scripts in one phrase"),
    _script('"tower 東京"', "", "in that order"),
    _script("タワー", "tower", "katakana"),
    _script("ガイド", "katakana", "half-width letters are the same"),
    _script("tag:京都", "kyoto", "a value"),
    _script("author:太郎", "tokyo", "a word of a value"),
    _script("서울", "seoul jamo", "hangul, also decomposed, without its endings"),
    _script("ไทย", "thai", "a script without spaces"),
    _script("straße", "street", "sharp s"),
    _script("tag:STRASSE", "street", "in a value"),
    _script("café", "cafe", "composed and decomposed"),
    _script("full", "cafe", "full-width letters"),
    _script("οδυσσευς", "sigma", "final sigma"),
    _script("author:νίκος", "sigma", "in a value"),
    _script("हिन्दी", "hindi", "vowel signs belong to the word"),
    _script("мир", "cyrillic", "cyrillic case"),
    _script("tag:привет", "cyrillic", "in a value"),
    _script("İstanbul", "istanbul", "a letter that folds into two"),
    _script("میخواهم", "persian", "an invisible joiner"),
    _script("first office", "ligature", "ligatures"),
    _script("database", "soft", "a soft hyphen"),
    _script("shipped today", "emoji", "emoji are no words"),
    _script('"shipped today"', "emoji", "and do not part them"),
]

_IN_2026 = "2026-start jan-15 jan-31 feb march zoned"

DATES = [
    _time("time:2026", _IN_2026, "a year"),
    _time("time:2026-01", "2026-start jan-15 jan-31", "a month"),
    _time("time:2026-01-15", "jan-15", "a day"),
    _time("time:2026-01-15T10", "jan-15", "an hour"),
    _time("time:2026-01-15T10:31", "", "a minute"),
    _time("time:2026-01-15T10:30:00Z", "jan-15", "a second"),
    _time("time:2026-01-15T12:30+02:00", "jan-15", "another zone"),
    _time('time:"2026-01-15 10:30"', "jan-15", "in quotes with a space"),
    _time("time:2024-02-29", "2024", "a leap day"),
    _time("time:2026-01..2026-03", _IN_2026, "both months belong to it"),
    _time("time:2026-01..2026-02-01", "2026-start jan-15 jan-31 feb", "mixed"),
    _time("time:2026-02..", "feb march zoned", "open to the future"),
    _time("time:..2025", "2024 2025-end", "open to the past"),
    _time("time:>=2026-01-15", "jan-15 jan-31 feb march zoned", "from a day on"),
    _time("time:>2026-01", "feb march zoned", "after a month"),
    _time("time:<2026", "2024 2025-end", "before a year"),
    _time("time:<=2026-01", "2024 2025-end 2026-start jan-15 jan-31", "up to"),
    _time("time:2026-04", "", "a zone does not change the moment"),
    _time("-time:2026", "2024 2025-end never", "no time is not that time"),
    _time("time:(2024 OR 2026-02)", "2024 feb", "either of two"),
    _time("time:>=2026-01-15 time:<2026-02", "jan-15 jan-31", "both bounds"),
    _talk("run time:2026-03 tool:slack", "running", "with other terms"),
    _talk("time:2026-04-01", "quotes", "a document's zone"),
]

CASES: list[Case] = [
    *WORDS,
    *PHRASES,
    *LOGIC,
    *KEYWORDS,
    *PREFIXES,
    *UNICODE,
    *DATES,
]
