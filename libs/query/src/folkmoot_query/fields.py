"""What may be searched: a table of fields, given by whoever uses the language."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from folkmoot_query.document import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from folkmoot_query.document import Value


_NAME: Final = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Text:
    """A field of prose, searched by words; `default` if also without its name."""

    default: bool = False


@dataclass(frozen=True, slots=True)
class Keyword:
    """A field of whole values, compared folded; with `words`, by words inside too."""

    words: bool = False


@dataclass(frozen=True, slots=True)
class Time:
    """A field of points in time."""


Kind: TypeAlias = Text | Keyword | Time


class FieldTable:
    """The fields of a kind of document, in the order that messages list them.

    Names are lower-case letters, digits, - and _, and begin with a letter; queries may
    write them in any case.
    """

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        for name in kinds:
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} cannot be the name of a field")
        self._kinds = dict(kinds)
        # Found out once and not for each value of each document.
        self._adders = {name: _adder(kind) for name, kind in kinds.items()}
        self.defaults = tuple(
            name for name, kind in kinds.items() if kind == Text(default=True)
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def __getitem__(self, name: str) -> Kind:
        return self._kinds[name]

    def nearest(self, name: str) -> str | None:
        """Return the field that `name` is probably a slip of."""
        found = difflib.get_close_matches(name.lower(), self._kinds, n=1)
        return found[0] if found else None

    def document(self, values: Mapping[str, Value]) -> Document:
        """Analyse `values` for matching, once for any number of queries.

        A field may be missing. Raises ValueError for one that is not in the table
        and for a time without a zone, TypeError for a value of the wrong type.
        """
        document = Document(self.defaults)
        for name, value in values.items():
            adder = self._adders.get(name)
            if adder is None:
                raise ValueError(f"no field {name!r} among {', '.join(self)}")
            adder(document, name, value)
        return document


def _adder(kind: Kind) -> Callable[[Document, str, Value], None]:
    match kind:
        case Text():
            return Document.add_text
        case Keyword(words=True):
            return Document.add_keyword_and_words
        case Keyword():
            return Document.add_keyword
        case Time():
            return Document.add_time
