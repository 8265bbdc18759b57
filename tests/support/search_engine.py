"""A Tantivy index in memory, over whatever documents a test has."""

from collections.abc import Mapping

from folkmoot_query import FieldTable, Node, parse
from folkmoot_query.document import Value
from folkmoot_search_index.gateways import tantivy_schema as schema
from folkmoot_search_index.gateways.tantivy_documents import index_values
from folkmoot_search_index.gateways.tantivy_queries import Compiler
from tantivy import Index


class Engine:
    """Finds documents by their keys."""

    def __init__(
        self, fields: FieldTable, documents: Mapping[str, Mapping[str, Value]]
    ) -> None:
        self._fields = fields
        self._size = max(1, len(documents))
        index_schema = schema.build_schema(fields)
        self._compiler = Compiler(index_schema, fields)
        index = Index(index_schema)
        index.register_tokenizer(schema.TERMS, schema.term_splitter())
        writer = index.writer(15_000_000, 1)
        for key, values in documents.items():
            made = index_values(fields, values)
            made.add_text(schema.ID, key)
            writer.add_document(made)
        writer.commit()
        index.reload()
        self._searcher = index.searcher()

    def find(self, query: Node | str) -> frozenset[str]:
        node = parse(query, self._fields) if isinstance(query, str) else query
        hits = self._searcher.search(self._compiler.compile(node), self._size).hits
        return frozenset(
            str(self._searcher.doc(address).get_first(schema.ID)) for _, address in hits
        )
