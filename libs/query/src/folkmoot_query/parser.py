"""Text to syntax tree, by recursive descent. The grammar is in GRAMMAR.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from folkmoot_query import leaves
from folkmoot_query.errors import QueryError
from folkmoot_query.fields import Text
from folkmoot_query.scanner import OPERATORS, Scanner
from folkmoot_query.syntax import And, Everything, Not, Or, Span

if TYPE_CHECKING:
    from folkmoot_query.fields import FieldTable
    from folkmoot_query.syntax import Node

LONGEST: Final = 4096
DEEPEST: Final = 40


def parse(text: str, fields: FieldTable, *, longest: int = LONGEST) -> Node:
    """Read a query over `fields`, in time linear in its length.

    Raises QueryError, also past `longest` characters or DEEPEST nested terms.
    """
    if len(text) > longest:
        message = f"expected at most {longest} characters, not {len(text)}"
        raise QueryError(message, text, longest, len(text) - longest)
    return _Parser(text, fields).query()


class _Parser:
    """Each method reads one rule of the grammar."""

    def __init__(self, text: str, fields: FieldTable) -> None:
        self.scan = Scanner(text)
        self.fields = fields
        self.field: str | None = None  # whose parentheses we are in
        self.depth = 0

    def query(self) -> Node:
        self.scan.skip_space()
        if not self.scan.char:
            return Everything(Span(0, len(self.scan.text)))
        node = self.disjunction()
        if self.scan.char:
            raise self.scan.wrong("expected a term or the end: no ( is open")
        return node

    def disjunction(self) -> Node:
        operands = [self.conjunction()]
        while self.scan.take_operator("OR"):
            operands.append(self.conjunction())
        return _join(Or, operands)

    def conjunction(self) -> Node:
        operands = [self.negation()]
        while self.scan.take_operator("AND") or self.more():
            operands.append(self.negation())
        return _join(And, operands)

    def more(self) -> bool:
        """Tell whether another term follows without an operator."""
        return self.scan.char not in {"", ")"} and self.scan.bare != "OR"

    def negation(self) -> Node:
        self.scan.skip_space()
        start = self.scan.at
        if self.scan.take_minus():
            return Not(self.primary(), Span(start, self.scan.end))
        if not self.scan.take_operator("NOT"):
            return self.primary()
        self.descend(start)
        operand = self.negation()
        self.depth -= 1
        return Not(operand, Span(start, self.scan.end))

    def primary(self) -> Node:
        self.scan.skip_space()
        start = self.scan.at
        if self.scan.char == "(":
            return self.group()
        self.refuse_operator()
        field = self.scan.take_field()
        if not field or (self.field is not None and field.lower() not in self.fields):
            self.scan.at = start
            return self.leaf(self.field, start)
        return self.named(self.known(field, start), start)

    def named(self, field: str, start: int) -> Node:
        """Read what stands behind a field's colon."""
        if self.field is not None:
            self.scan.at = start
            message = f"expected a value of {self.field}: a field cannot be inside one"
            raise self.scan.wrong(message, len(field) + 1)
        if self.scan.char == "(":
            self.field = field
            node = self.group()
            self.field = None
            return node
        if not self.scan.bare and self.scan.char not in {'"', "“"}:
            self.scan.at = start
            message = f"expected a value right after {field}:"
            raise self.scan.wrong(message, len(field) + 1)
        return self.leaf(field, start)

    def group(self) -> Node:
        opening = self.scan.at
        self.descend(opening)
        self.scan.take(1)
        node = self.disjunction()
        if self.scan.char != ")":
            self.scan.at = opening
            raise self.scan.wrong("expected a ) for this (")
        self.scan.take(1)
        self.depth -= 1
        return node

    def leaf(self, field: str | None, start: int) -> Node:
        position = self.scan.at
        quoted = self.scan.char in {'"', "“"}
        if quoted:
            text = self.scan.take_quoted()
            position += 1
        else:
            text = self.scan.bare
            self.scan.take(len(text))
        span = Span(start, self.scan.end)
        term = leaves.Term(self.scan.text, field, text, position, span, quoted)
        if field is not None:
            return leaves.read(term, self.fields[field])
        if not self.fields.defaults and text != "*":
            raise QueryError(
                f"expected a field ({', '.join(self.fields)}) and a colon before this",
                self.scan.text,
                *span,
            )
        return leaves.read(term, Text())

    def known(self, field: str, start: int) -> str:
        if (name := field.lower()) in self.fields:
            return name
        nearest = self.fields.nearest(field)
        hint = f" (did you mean {nearest}?)" if nearest else ""
        self.scan.at = start
        message = (
            f"no field {field}: expected one of {', '.join(self.fields)}{hint}; "
            "a text with a colon needs quotes"
        )
        raise self.scan.wrong(message, len(field))

    def refuse_operator(self) -> None:
        """Raise if no term stands at the cursor, saying what was expected."""
        bare, char = self.scan.bare, self.scan.char
        if bare in OPERATORS:
            message = f'expected a term before {bare}; to find the word, write "{bare}"'
            raise self.scan.wrong(message, len(bare))
        if char in {")", "”"}:
            raise self.scan.wrong(f"expected a term before {char}")
        if not char:
            raise self.scan.wrong("expected a term, found the end")

    def descend(self, at: int) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            self.scan.at = at
            raise self.scan.wrong(f"expected at most {DEEPEST} terms inside each other")


def _join(kind: type[And | Or], operands: list[Node]) -> Node:
    if len(operands) == 1:
        return operands[0]
    flat: list[Node] = []
    for operand in operands:
        flat.extend(operand.operands if isinstance(operand, kind) else (operand,))
    return kind(tuple(flat), Span(operands[0].span.start, operands[-1].span.end))
