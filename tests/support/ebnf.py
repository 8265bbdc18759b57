"""Grammars in ISO/IEC 14977 notation: sentences made from one, and recognised by it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

_TOKEN = re.compile(r"""\s*('[^']+'|"[^"]+"|\?[^?]+\?|\w+|[=,;|{}()\[\]])""")
_DEEPEST = 12

Expression = tuple[str, Any]
"""A literal, rule or said (text), row or choice (of expressions), repeat or option."""


@dataclass
class Grammar:
    """Rules by name; what is only said in words is supplied by whoever asks."""

    rules: dict[str, Expression] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> "Grammar":
        grammar = cls()
        tokens = _TOKEN.findall(text)[::-1]
        while tokens:
            name, _ = tokens.pop(), tokens.pop()
            grammar.rules[name] = _choice(tokens)
            tokens.pop()
        return grammar

    def sentences(
        self, rule: str, said: Mapping[str, st.SearchStrategy[str]]
    ) -> st.SearchStrategy[str]:
        """Make sentences of a rule; `said` overrides rules by name."""

        @st.composite
        def sentence(draw: st.DrawFn) -> str:
            return "".join(_make(self, ("rule", rule), draw, said, 0))

        return sentence()


@dataclass
class Recogniser:
    """Finds where a rule may end in `text`, which starts at a given place.

    `said` does so for rules that the grammar says in words, and overrides others.
    """

    grammar: Grammar
    said: Mapping[str, Callable[[str, int], Iterable[int]]]
    text: str
    known: dict[tuple[str, int], frozenset[int]] = field(default_factory=dict)

    def recognises(self, rule: str) -> bool:
        return len(self.text) in self.rule(rule, 0)

    def rule(self, name: str, at: int) -> frozenset[int]:
        if (name, at) not in self.known:
            self.known[name, at] = (
                frozenset(self.said[name](self.text, at))
                if name in self.said
                else self.ends(self.grammar.rules[name], at)
            )
        return self.known[name, at]

    def ends(self, expression: Expression, at: int) -> frozenset[int]:
        kind, inner = expression
        match kind:
            case "literal":
                return frozenset(
                    {at + len(inner)} if self.text.startswith(inner, at) else ()
                )
            case "rule":
                return self.rule(inner, at)
            case "row":
                reached = frozenset({at})
                for part in inner:
                    reached = frozenset(e for r in reached for e in self.ends(part, r))
                return reached
            case "choice":
                return frozenset(e for part in inner for e in self.ends(part, at))
            case _:
                return self.repeated(inner, at, once=kind == "option")

    def repeated(self, inner: Expression, at: int, *, once: bool) -> frozenset[int]:
        reached = new = frozenset({at})
        while new:
            new = frozenset(e for r in new for e in self.ends(inner, r)) - reached
            reached |= new
            if once:
                break
        return reached


def _choice(tokens: list[str]) -> Expression:
    rows = [_row(tokens)]
    while tokens[-1] == "|":
        tokens.pop()
        rows.append(_row(tokens))
    return rows[0] if len(rows) == 1 else ("choice", rows)


def _row(tokens: list[str]) -> Expression:
    parts = [_part(tokens)]
    while tokens[-1] == ",":
        tokens.pop()
        parts.append(_part(tokens))
    return ("row", parts)


def _part(tokens: list[str]) -> Expression:
    token = tokens.pop()
    if token in "([{":
        inner = _choice(tokens)
        tokens.pop()
        return {"(": inner, "[": ("option", inner), "{": ("repeat", inner)}[token]
    if token[0] in "'\"":
        return ("literal", token[1:-1])
    return ("said", token) if token[0] == "?" else ("rule", token)


def _make(
    grammar: Grammar,
    expression: Expression,
    draw: st.DrawFn,
    said: Mapping[str, st.SearchStrategy[str]],
    depth: int,
) -> Iterable[str]:
    kind, inner = expression
    deep = depth > _DEEPEST
    chosen: list[Expression] = []
    match kind:
        case "literal":
            return [inner]
        case "rule" if inner in said:
            return [draw(said[inner])]
        case "rule":
            chosen = [grammar.rules[inner]]
            depth += 1
        case "row":
            chosen = inner
        case "choice":  # a grammar's last choice is its simplest, so that this ends
            chosen = [inner[-1] if deep else draw(st.sampled_from(inner))]
        case "option" | "repeat":
            most = 0 if deep else 1 if kind == "option" else 2
            chosen = [inner] * draw(st.integers(0, most))
        case _:
            raise AssertionError(f"nothing makes {inner}")
    return [
        piece for part in chosen for piece in _make(grammar, part, draw, said, depth)
    ]
