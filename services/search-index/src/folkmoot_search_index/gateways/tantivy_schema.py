"""The fields of the index, made from the fields of the query language.

Our own analyser makes the terms; Tantivy only splits them at spaces. So the index and
the matcher of standing queries cannot disagree on what a word is.
"""

import hashlib
from typing import Final

from folkmoot_query import FieldTable, Keyword, Text, Time, analyze
from tantivy import (
    Schema,
    SchemaBuilder,
    TextAnalyzer,
    TextAnalyzerBuilder,
    Tokenizer,
)

from folkmoot_search_index.domain.searches import FACETS

SCHEMA_VERSION: Final = 3
"""Counts up with every change of what the index holds."""

TERMS: Final = "terms"
ID: Final = "id"
ACL: Final = "acl"
PUBLIC: Final = "public"
RECENCY: Final = "recency"
CAPTURED: Final = "captured"
MARK: Final = "mark"
POSITION: Final = "position"

SAMPLE: Final = (
    "Running shoes, the runner's: naïve Straße ﬁve x² e-mail snake_case a1b2 "
    "上海东边 ภาษาไทย 한국어 Ωμέγα İstanbul can't CI/CD v1.2.3 #tag @name"
)
"""Text whose terms change when the analyser does."""


def words_of(field: str) -> str:
    """Name the field that holds the words inside a keyword field's values."""
    return f"{field}_words"


def facet_of(field: str) -> str:
    """Name the field that a facet is counted by."""
    return f"{field}_facet"


def build_schema(fields: FieldTable) -> Schema:
    """Return the schema of an index over `fields`."""
    builder = SchemaBuilder()
    builder.add_text_field(ID, stored=True, tokenizer_name="raw", index_option="basic")
    for name in fields:
        match fields[name]:
            case Text():
                builder.add_text_field(name, tokenizer_name=TERMS)
            case Keyword(words=words):
                _add_keyword(builder, name)
                if words:
                    builder.add_text_field(words_of(name), tokenizer_name=TERMS)
            case Time():
                builder.add_integer_field(name, indexed=False, fast=True)
    for name in FACETS:
        builder.add_text_field(
            facet_of(name), fast=True, tokenizer_name="raw", index_option="basic"
        )
    _add_keyword(builder, ACL)
    builder.add_boolean_field(PUBLIC, indexed=True)
    builder.add_integer_field(RECENCY, indexed=False, fast=True)
    builder.add_integer_field(CAPTURED, indexed=False, fast=True)
    _add_keyword(builder, MARK)
    builder.add_text_field(
        POSITION, stored=True, tokenizer_name="raw", index_option="basic"
    )
    return builder.build()


def _add_keyword(builder: SchemaBuilder, name: str) -> None:
    builder.add_text_field(name, tokenizer_name="raw", index_option="basic")


def term_splitter() -> TextAnalyzer:
    """Return the analyser of fields whose terms are made already."""
    return TextAnalyzerBuilder(Tokenizer.whitespace()).build()


def version() -> str:
    """Name what an index is made by: another name means that it must be rebuilt."""
    terms = "\n".join(token.term for token in analyze(SAMPLE))
    return f"v{SCHEMA_VERSION}-{hashlib.sha256(terms.encode()).hexdigest()[:8]}"
