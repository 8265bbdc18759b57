"""The part of a text that best shows why it matched."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from folkmoot_query.syntax import Node


class Snippet(NamedTuple):
    """A part of a text and the ranges of it that matched, in code points of it."""

    text: str
    ranges: tuple[tuple[int, int], ...]


def highlight(
    text: str, node: Node, field: str | None = None, *, max_chars: int = 240
) -> Snippet:
    """Cut from `text`, a value of `field`, the window that shows `node` best."""
    raise NotImplementedError
