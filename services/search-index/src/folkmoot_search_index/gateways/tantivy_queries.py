"""Syntax trees as Tantivy queries. User text never reaches Tantivy's own parser."""

from collections.abc import Iterable
from typing import Final, assert_never

from folkmoot_query import FieldTable, Keyword, Node, Text
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
from tantivy import FieldType, Occur, Query, Schema

from folkmoot_search_index.domain.readers import EVERYONE, Reader
from folkmoot_search_index.domain.recency import microseconds
from folkmoot_search_index.gateways import tantivy_schema as schema

BEFORE_ALL: Final = -(2**62)
"""Microseconds before any date."""

BOOSTS: Final = {"title": 2.0}


class Compiler:
    """Turns what is asked for into what the engine runs."""

    def __init__(self, index_schema: Schema, fields: FieldTable) -> None:
        self._schema = index_schema
        self._fields = fields

    def visible(self, query: Query, reader: Reader) -> Query:
        """Return what of `query` a reader may see; adds nothing to the score."""
        principals = sorted(reader.principals - {EVERYONE})
        allowed = [Query.term_set_query(self._schema, schema.ACL, principals)]
        if EVERYONE in reader.principals:
            allowed.append(Query.term_query(self._schema, schema.PUBLIC, True))  # noqa: FBT003  a value
        return conjunction(query, Query.const_score_query(either(allowed), 0.0))

    def at_most(self, query: Query, field: str, limit: int) -> Query:
        """Return what of `query` has a number of at most `limit`; no score."""
        within = Query.range_query(
            self._schema, field, FieldType.Integer, upper_bound=limit
        )
        return conjunction(query, Query.const_score_query(within, 0.0))

    def compile(self, node: Node) -> Query:  # noqa: PLR0911  one per kind of node
        """Return the query that matches what `node` matches."""
        match node:
            case Word(field=field, term=term):
                return either(self._term(name, term) for name in self._texts(field))
            case Phrase(field=field, terms=terms):
                return either(self._follow(n, terms) for n in self._texts(field))
            case Prefix():
                return either(self._begins(node))
            case Equals():
                return Query.const_score_query(either(self._equals(node)), 1.0)
            case Range():
                return self._range(node)
            case Everything():
                return Query.all_query()
            case Not(operand=operand):
                return self._conjunction((), (operand,))
            case And(operands=operands):
                negated = [each.operand for each in operands if isinstance(each, Not)]
                asserted = [each for each in operands if not isinstance(each, Not)]
                return self._conjunction(asserted, negated)
            case Or(operands=operands):
                return either(map(self.compile, operands))
            case _:
                assert_never(node)

    def _conjunction(self, asserted: Iterable[Node], negated: Iterable[Node]) -> Query:
        """A query of MUST NOT alone matches nothing, so everything is put before it."""
        must = list(map(self.compile, asserted)) or [Query.all_query()]
        return Query.boolean_query(
            [(Occur.Must, query) for query in must]
            + [(Occur.MustNot, self.compile(node)) for node in negated]
        )

    def _texts(self, field: str | None) -> tuple[str, ...]:
        """Name the index fields in which the words of a query's field are found."""
        if field is None:
            return self._fields.defaults
        match self._fields[field]:
            case Text():
                return (field,)
            case Keyword(words=True):
                return (schema.words_of(field),)
            case _:
                return ()

    def _term(self, name: str, term: str) -> Query:
        return boosted(name, Query.term_query(self._schema, name, term))

    def _follow(self, name: str, terms: tuple[str, ...]) -> Query:
        if len(terms) == 1:  # the engine panics at a phrase of one
            return self._term(name, terms[0])
        return boosted(name, Query.phrase_query(self._schema, name, list(terms)))

    def _begins(self, node: Prefix) -> Iterable[Query]:
        for name in self._texts(node.field):
            yield boosted(name, self._prefix(name, node.start))
            if node.term is not None:
                yield self._term(name, node.term)
        if node.field is not None and isinstance(self._fields[node.field], Keyword):
            yield self._prefix(node.field, node.start)

    def _prefix(self, name: str, start: str) -> Query:
        """A phrase-prefix query would stop after fifty terms, this one does not."""
        return Query.fuzzy_term_query(
            self._schema, name, start, distance=0, prefix=True
        )

    def _equals(self, node: Equals) -> Iterable[Query]:
        yield Query.term_query(self._schema, node.field, node.value)
        if node.terms:
            yield self._follow(schema.words_of(node.field), node.terms)

    def _range(self, node: Range) -> Query:
        start = BEFORE_ALL if node.start is None else microseconds(node.start)
        end = None if node.end is None else microseconds(node.end)
        within = Query.range_query(
            self._schema,
            node.field,
            FieldType.Integer,
            start,
            end,
            include_upper=end is None,
        )
        return Query.const_score_query(within, 1.0)


def boosted(name: str, query: Query) -> Query:
    """Weigh a match by the field that it is found in."""
    boost = BOOSTS.get(name)
    return query if boost is None else Query.boost_query(query, boost)


def either(queries: Iterable[Query]) -> Query:
    """Return the query that matches what any of `queries` matches; none, nothing."""
    found = list(queries)
    if len(found) == 1:
        return found[0]
    return Query.boolean_query([(Occur.Should, query) for query in found])


def conjunction(*queries: Query) -> Query:
    """Return the query that matches what all of `queries` match."""
    return Query.boolean_query([(Occur.Must, query) for query in queries])
