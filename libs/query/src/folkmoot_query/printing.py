"""Syntax tree to text."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from folkmoot_query import dates
from folkmoot_query.scanner import BARE, FIELD, OPERATORS
from folkmoot_query.syntax import (
    And,
    Equals,
    Everything,
    Not,
    Or,
    Phrase,
    Prefix,
    Range,
    Word,
)

if TYPE_CHECKING:
    from folkmoot_query.syntax import Node


def to_text(node: Node) -> str:
    """Print `node` as a query that parses to an equal tree."""
    match node:
        case Or():
            return " OR ".join(map(to_text, node.operands))
        case And():
            return " AND ".join(_operand(operand, Or) for operand in node.operands)
        case Not():
            return f"NOT {_operand(node.operand, And, Or)}"
        case Everything():
            return "*"
        case Word() | Phrase() | Equals() | Prefix() | Range():
            return _leaf(node)
        case _:
            assert_never(node)


def _operand(node: Node, *looser: type[And | Or]) -> str:
    return f"({to_text(node)})" if isinstance(node, looser) else to_text(node)


def _leaf(node: Word | Phrase | Equals | Prefix | Range) -> str:
    name = "" if node.field is None else f"{node.field}:"
    match node:
        case Range():
            return name + dates.write(dates.Bounds(node.start, node.end))
        case Prefix():
            return f"{name}{node.text}*"
        case Word() | Equals() if "*" not in node.text and _is_bare(name, node.text):
            return name + node.text
        case _:
            escaped = node.text.replace("\\", "\\\\").replace('"', '\\"')
            return f'{name}"{escaped}"'


def _is_bare(name: str, text: str) -> bool:
    """Tell whether `text` needs no quotes; behind a field's name more may stand."""
    if not BARE.fullmatch(text):
        return False
    means_else = text in OPERATORS or text[0] == "-" or FIELD.match(text)
    return bool(name) or not means_else
