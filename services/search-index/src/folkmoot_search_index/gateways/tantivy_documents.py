"""A document as the index holds it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache

from folkmoot_query import FieldTable, Keyword, Text, Time, fold, terms
from folkmoot_query.document import Value
from folkmoot_query.fields import Kind
from tantivy import Document as IndexDocument

from folkmoot_search_index.domain.documents import Document
from folkmoot_search_index.domain.fields import searchable
from folkmoot_search_index.domain.readers import EVERYONE
from folkmoot_search_index.domain.recency import microseconds, recency
from folkmoot_search_index.gateways import tantivy_schema as schema

SHORT = 120
"""Characters up to which a text is likely to be a title or a name."""

LABEL = "\t"
"""Stands between a facet's value and its label."""


def index_document(fields: FieldTable, document: Document) -> IndexDocument:
    """Return what the index holds of a document: terms and numbers, no text."""
    item = document.item
    made = index_values(fields, searchable(item, document.tags))
    made.add_text(schema.ID, item.id)
    for principal in item.visibility:
        if principal == EVERYONE:
            made.add_boolean(schema.PUBLIC, True)  # noqa: FBT003  a value, not a switch
        else:
            made.add_text(schema.ACL, principal)
    made.add_integer(schema.RECENCY, recency(item.published, item.id))
    made.add_integer(schema.CAPTURED, microseconds(item.captured))
    _add_facets(made, document)
    return made


def index_values(fields: FieldTable, values: Mapping[str, Value]) -> IndexDocument:
    """Return what the index holds of the values of a document's fields."""
    made = IndexDocument()
    writers = _writers(fields)
    for name, value in values.items():
        writers[name](made, name, value)
    return made


Writer = Callable[[IndexDocument, str, Value], None]


@cache
def _writers(fields: FieldTable) -> Mapping[str, Writer]:
    """Return what writes each field, found out once and not for each value."""
    return {name: _writer(fields[name]) for name in fields}


def _writer(kind: Kind) -> Writer:
    match kind:
        case Text():
            return _add_text
        case Keyword(words=True):
            return _add_keyword_and_words
        case Keyword():
            return _add_keyword
        case Time():
            return _add_time


def _add_text(made: IndexDocument, name: str, value: Value) -> None:
    for text in _texts(value):
        made.add_text(name, _line(text) if len(text) <= SHORT else _spaced(text))


def _add_keyword(made: IndexDocument, name: str, value: Value) -> None:
    for text in dict.fromkeys(map(fold, _texts(value))):
        made.add_text(name, text)


def _add_keyword_and_words(made: IndexDocument, name: str, value: Value) -> None:
    _add_keyword(made, name, value)
    _add_text(made, schema.words_of(name), value)


def _add_time(made: IndexDocument, name: str, value: Value) -> None:
    if isinstance(value, datetime):
        made.add_integer(name, microseconds(value))


def _spaced(text: str) -> str:
    return " ".join(terms(text))


@lru_cache(maxsize=1 << 13)
def _line(text: str) -> str:
    """Return the terms of a title or a name, which come again and again."""
    return _spaced(text)


def _texts(value: Value) -> Iterable[str]:
    if value is None or isinstance(value, datetime):
        return ()
    return (value,) if isinstance(value, str) else value


def _add_facets(made: IndexDocument, document: Document) -> None:
    item = document.item
    for name, value in (
        ("company", item.company),
        ("source", item.source),
        ("tool", item.tool),
        ("kind", item.kind),
        ("author", f"{item.author.id}{LABEL}{item.author.name}"),
    ):
        made.add_text(schema.facet_of(name), value)
    # Hardly two items share a link: nobody narrows a search by one.
    tags = {tag.id: tag.label for tag in document.tags if tag.kind != "link"}
    for value, label in tags.items():
        made.add_text(schema.facet_of("tag"), f"{value}{LABEL}{label}")
