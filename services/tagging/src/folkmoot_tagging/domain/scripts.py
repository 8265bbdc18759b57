"""Character classes that `re` lacks, as the inside of a bracket expression."""

import unicodedata
from collections.abc import Callable, Iterator

# Assigned characters of a script or a mark; beyond them are private use and CJK.
_LOOKED_AT = (range(0x20000), range(0xE0100, 0xE01F0))


def _ranges(chosen: Callable[[str], bool]) -> Iterator[str]:
    for block in _LOOKED_AT:
        start: int | None = None
        for code in (*block, block.stop):
            inside = code < block.stop and chosen(chr(code))
            if inside and start is None:
                start = code
            elif not inside and start is not None:
                yield f"\\U{start:08x}-\\U{code - 1:08x}"
                start = None


VARIATION_SELECTORS = "\ufe0e\ufe0f"
"""They ask for text or emoji shape, and belong to the symbol before them."""

MARKS = "".join(
    _ranges(
        lambda c: unicodedata.category(c)[0] == "M" and c not in VARIATION_SELECTORS
    )
)
"""Combining marks, which `\\w` leaves out though words of many scripts need them."""

LATIN = r"\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u1e00-\u1eff"
"""Latin letters beyond ASCII."""

SPACED = LATIN + r"\u0370-\u058f\u05d0-\u05ea\u0620-\u064a\u066e-\u06d3"
"""Letters of scripts that put spaces between words, beyond ASCII."""

UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf"
    r"\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, Kana and Han: written without spaces between words."""
