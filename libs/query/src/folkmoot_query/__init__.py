"""A query language: text to a syntax tree, evaluated on any mapping of fields."""

from folkmoot_query.analysis import Token, analyze, fold, terms
from folkmoot_query.anchors import anchors
from folkmoot_query.document import Atom, Document
from folkmoot_query.errors import QueryError
from folkmoot_query.fields import FieldTable, Keyword, Text, Time
from folkmoot_query.highlighting import Snippet, highlight
from folkmoot_query.matching import matches
from folkmoot_query.parser import parse
from folkmoot_query.printing import to_text
from folkmoot_query.syntax import Node

__all__ = [
    "Atom",
    "Document",
    "FieldTable",
    "Keyword",
    "Node",
    "QueryError",
    "Snippet",
    "Text",
    "Time",
    "Token",
    "analyze",
    "anchors",
    "fold",
    "highlight",
    "matches",
    "parse",
    "terms",
    "to_text",
]
