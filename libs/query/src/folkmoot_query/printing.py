"""Syntax tree to text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from folkmoot_query.syntax import Node


def to_text(node: Node) -> str:
    """Print `node` as a query that parses to an equal tree."""
    raise NotImplementedError
