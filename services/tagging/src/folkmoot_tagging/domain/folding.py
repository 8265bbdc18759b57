"""Folds a text so that labels can be looked up in it, and leads offsets back.

Folding is NFKC with full case folding; every character that is no part of a word
becomes one space. `Folded.span` gives offsets in the text as it was written.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field

from folkmoot_tagging.domain.scripts import MARKS

_ASCII = {
    code: chr(code).lower() if chr(code).isalnum() or chr(code) == "_" else " "
    for code in range(128)
}
_SEPARATOR = re.compile(rf"[^\w{MARKS}\u200c\u200d]")
# One character with what combines with it; jamo combine too. CR LF counts as one. At
# most 30 combine, as in Unicode's Stream-Safe Text Format: to normalise n marks in a
# row takes time in proportion to n squared.
_COMBINING = rf"[{MARKS}\u1160-\u11ff]"
_CLUSTER = re.compile(
    rf"\r\n|[\x00-\x7f]{_COMBINING}{{1,30}}|[^\x00-\x7f]{_COMBINING}{{0,30}}"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; the lists are empty where every offset stayed the same.

    Segment `i` begins at `starts[i]` and came from `origins[i]`; where it was folded
    as one, it came from all up to `ends[i]`, otherwise `ends[i]` is None.
    """

    text: str
    starts: list[int] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)
    ends: list[int | None] = field(default_factory=list)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the folded stretch (not empty) stands in the original."""
        if not self.starts:
            return start, end
        return self._begin(start), self._finish(end - 1)

    def _begin(self, offset: int) -> int:
        segment = bisect_right(self.starts, offset) - 1
        if self.ends[segment] is not None:
            return self.origins[segment]
        return self.origins[segment] + offset - self.starts[segment]

    def _finish(self, last: int) -> int:
        end = self.ends[bisect_right(self.starts, last) - 1]
        return self._begin(last) + 1 if end is None else end


def fold(text: str) -> Folded:
    """Fold a text, in one step where no character changes its width."""
    if "\r" not in text:
        if text.isascii():
            return Folded(text.translate(_ASCII))
        if unicodedata.is_normalized("NFKC", text):
            folded = text.casefold()
            if len(folded) == len(text):
                return Folded(_SEPARATOR.sub(" ", folded))
    return _fold_by_cluster(text)


def fold_literally(text: str) -> str:
    """Fold a text but keep its punctuation, to compare labels such as `C++`."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", plain)


def _fold_by_cluster(text: str) -> Folded:
    pieces: list[str] = []
    folded = Folded("")
    length = done = 0

    def add(piece: str, origin: int, end: int | None) -> None:
        nonlocal length
        if piece:
            pieces.append(piece)
            folded.starts.append(length)
            folded.origins.append(origin)
            folded.ends.append(end)
            length += len(piece)

    for match in _CLUSTER.finditer(text):
        start, end = match.span()
        add(text[done:start].translate(_ASCII), done, None)
        cluster = " " if match[0] == "\r\n" else fold_literally(match[0])
        add(_SEPARATOR.sub(" ", cluster), start, end)
        done = end
    add(text[done:].translate(_ASCII), done, None)
    return Folded("".join(pieces), folded.starts, folded.origins, folded.ends)
