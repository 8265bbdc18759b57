"""Text to syntax tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from folkmoot_query.fields import FieldTable
    from folkmoot_query.syntax import Node


def parse(text: str, fields: FieldTable) -> Node:
    """Read a query. Raises QueryError."""
    raise NotImplementedError
