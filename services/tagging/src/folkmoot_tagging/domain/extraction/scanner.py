"""One pass over a text that finds hashtags, mentions and links.

What stands first wins: a `#` inside a URL starts no hashtag, a URL after a `#` or an
`@` is no link. Every quantifier that could be retried is possessive or bounded, so
that the time is linear in the text whatever it holds. Code in backticks is skipped.
"""

import re
from collections.abc import Iterator

from folkmoot_tagging.domain.extraction.hosts import host_end
from folkmoot_tagging.domain.extraction.signals import Hashtag, Link, Mention, Signals
from folkmoot_tagging.domain.extraction.tails import shortened_end, tail_end
from folkmoot_tagging.domain.scripts import LATIN, MARKS, VARIATION_SELECTORS

# Joiners, the marks of Hebrew, Japanese, Tibetan and Catalan that stand inside words.
_INSIDE = (
    r"\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c"
    r"\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
)
_WORD = rf"\w{MARKS}{_INSIDE}"
_NO_LINK_AFTER = "A-Za-z0-9@\uff20$#\uff03"
_LABEL = rf"A-Za-z0-9_\-{LATIN}"
# Letters and symbols of any script; no space, control or punctuation but - and _.
_ANY_LABEL = (
    r"^\x00-,./:-@\[-\^`{-\xa0\s\u061c\u2000-\u206f\u3000-\u303f"
    r"\ufe00-\ufe0f\ufeff\uff00-\uff0f\uff1a-\uff20\ufff0-\uffff"
)

_SIGNAL = re.compile(
    rf"""
    (?P<code> ``` | `[^`\n]{{1,200}}+` )
  | (?<![&{_WORD}]) [#\uff03] (?![{VARIATION_SELECTORS}\u20e3])
        (?P<hashtag> [{_WORD}{VARIATION_SELECTORS}]++ ) (?! [#\uff03] | :// )
  | (?: (?<![A-Za-z0-9_!#$%&*@\uff20]) | (?<=[rR][tT])(?<![A-Za-z0-9_+~.\-]..) )
        [@\uff20] (?P<mention> [A-Za-z0-9_]{{1,64}}+ )
        (?: / (?P<group> [A-Za-z][A-Za-z0-9_\-]*+ ) )?+
        (?! [A-Za-z0-9_@\uff20{LATIN}] | :// )
  | (?<![{_NO_LINK_AFTER}]) [hH][tT][tT][pP][sS]?://
        (?P<host> [{_ANY_LABEL}]++ (?: \.[{_ANY_LABEL}]++ )++ )
  | (?<![{_NO_LINK_AFTER}{_LABEL}./])
        (?P<bare> [{_LABEL}]++ (?: \. (?: [{_LABEL}]++ | [{_ANY_LABEL}]++ ) )++ )
    """,
    re.VERBOSE,
)

# A run of text without white space that holds one of these may hold a signal; only
# code may hold white space. So most of a text need not be looked at closely. A pattern
# that begins with one set of characters is searched for twice as fast as alternatives.
_HINT = re.compile(r"[#\uff03@\uff20.](?:(?<!\.)|(?=[^\s.]))")
_GAP = re.compile(r"\s")


def extract(text: str) -> Signals:
    """Find everything that the text marks by itself."""
    found = Signals()
    position = 0
    for start, end in _runs(text):
        position = _scan(text, max(start, position), end, found)
    return found


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Yield where runs begin and end that may hold signals."""
    end = 0
    if "`" in text:
        yield 0, len(text)
        return
    while hint := _HINT.search(text, end):
        at = hint.start()
        start = max(end, text.rfind(" ", end, at) + 1, text.rfind("\n", end, at) + 1)
        gap = _GAP.search(text, at)
        end = gap.start() if gap else len(text)
        yield start, end


def _scan(text: str, position: int, end: int, found: Signals) -> int:
    """Find what a part of the text holds, and return how far that reaches."""
    while match := _SIGNAL.search(text, position, end):
        kind = match.lastgroup
        position = match.end()
        if kind == "hashtag":
            _add_hashtag(match, found)
        elif kind in ("mention", "group"):
            _add_mention(match, found)
        elif kind == "code":
            position = _code_end(match, text)
        else:
            position = _add_link(match, text, found)
    return position


def _code_end(match: re.Match[str], text: str) -> int:
    """Where the code ends that opens here; an unclosed fence runs to the end."""
    if match[0] != "```":
        return match.end()
    closing = text.find("```", match.end())
    return len(text) if closing < 0 else closing + 3


def _add_hashtag(match: re.Match[str], found: Signals) -> None:
    body = match["hashtag"]
    if body.isalpha() or any(map(str.isalpha, body)):
        found.hashtags.append(Hashtag(body, match.start(), match.end()))


def _add_mention(match: re.Match[str], found: Signals) -> None:
    if match["mention"].strip("_"):
        found.mentions.append(
            Mention(match["mention"], match["group"], match.start(), match.end())
        )


def _add_link(match: re.Match[str], text: str, found: Signals) -> int:
    """Add the link if it is one, and tell where to go on."""
    end = _link_end(match, text)
    if end is None:
        return match.end()
    found.links.append(Link(text[match.start() : end], match.start(), end))
    return end


def _link_end(match: re.Match[str], text: str) -> int | None:
    run = match.end()
    address = run < len(text) and text[run] in "@\uff20+"
    host = match["host"]
    if host is None:
        length = None if address else host_end(match["bare"], glued=False)
        return None if length is None else tail_end(text, match.start("bare") + length)
    length = host_end(host)
    if length is None or (address and length == len(host)):
        return None
    end = match.start("host") + length
    if length == len(host) and host.lower() == "t.co":
        return shortened_end(text, end)
    return tail_end(text, end)
