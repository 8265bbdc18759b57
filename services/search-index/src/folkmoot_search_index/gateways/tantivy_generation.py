"""One generation of the index: a directory, its only writer, and its searchers."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from folkmoot_chassis import failpoints
from folkmoot_query import FieldTable
from tantivy import Document as IndexDocument
from tantivy import Index, IndexWriter, Query, Searcher

from folkmoot_search_index.domain.documents import Change, Document
from folkmoot_search_index.gateways import tantivy_schema as schema
from folkmoot_search_index.gateways.tantivy_documents import index_document
from folkmoot_search_index.gateways.tantivy_queries import Compiler
from folkmoot_search_index.ports import Position

HEAP_BYTES: Final = 64_000_000
MARK: Final = "position"

P = ParamSpec("P")
T = TypeVar("T")


class TantivyGeneration:
    """Writes in a thread of its own: the engine lets go of the interpreter's lock.

    The position is a document among the others, replaced in the same commit as what
    it stands for: a kill leaves both or neither.
    """

    def __init__(self, directory: Path, fields: FieldTable) -> None:
        self.directory = directory
        self._fields = fields
        index_schema = schema.build_schema(fields)
        self._index = Index(index_schema, path=str(directory))
        self._index.register_tokenizer(schema.TERMS, schema.term_splitter())
        self._index.config_reader("manual", 0)
        self._writer: IndexWriter | None = self._index.writer(HEAP_BYTES, 1)
        self._thread = ThreadPoolExecutor(1, "index-writer")
        self._mark = Query.term_query(index_schema, schema.MARK, MARK)
        self.compiler = Compiler(index_schema, fields)

    def searcher(self) -> Searcher:
        """Return a view of what was last committed, which later commits leave alone."""
        return self._index.searcher()

    async def resume(self) -> Position | None:
        """Forget what was applied after the last commit, and return its position.

        None if nothing was ever committed.
        """
        return await self._in_thread(self._resume)

    async def load(self, documents: Sequence[Document]) -> None:
        """Take up documents that this generation does not hold yet."""
        await self._in_thread(self._add, documents)

    async def apply(self, changes: Sequence[Change]) -> None:
        """Take changes up, to be seen after the next commit; the last one wins."""
        await self._in_thread(self._apply, changes)

    async def commit(self, position: Position) -> None:
        """Keep what was applied together with `position`, and show it to searches."""
        await self._in_thread(self._commit, position)

    def close(self) -> None:
        """Let the directory go; searches under way may end."""
        self._thread.shutdown(wait=True)
        self._writer = None

    async def _in_thread(
        self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: work(*args, **kwargs))

    def _open_writer(self) -> IndexWriter:
        if self._writer is None:
            raise RuntimeError("this generation of the index is closed")
        return self._writer

    def _resume(self) -> Position | None:
        self._open_writer()
        # The engine's own rollback gives out numbers of operations that are taken, and
        # deletions are lost (quickwit-oss/tantivy#2666). A new writer begins with the
        # number of the last commit: a deletion that bears it passes over the segments
        # of which that commit deleted something. So the first one is of nothing.
        self._writer = None
        self._writer = self._index.writer(HEAP_BYTES, 1)
        self._writer.delete_documents_by_term(schema.ID, "")
        # A commit may have been kept and not been shown.
        self._index.reload()
        searcher = self._index.searcher()
        for _, address in searcher.search(self._mark, 1).hits:
            position = searcher.doc(address).get_first(schema.POSITION)
            return None if position is None else str(position)
        return None

    def _add(self, documents: Sequence[Document]) -> None:
        writer = self._open_writer()
        for document in documents:
            writer.add_document(index_document(self._fields, document))

    def _apply(self, changes: Sequence[Change]) -> None:
        writer = self._open_writer()
        last = {change.item_id: change.document for change in changes}
        first = {change.item_id: change.first for change in reversed(changes)}
        for item_id in last:
            # Looking for what is not there costs a fifth of indexing.
            if not first[item_id]:
                writer.delete_documents_by_term(schema.ID, item_id)
        self._add([document for document in last.values() if document])

    def _commit(self, position: Position) -> None:
        writer = self._open_writer()
        writer.delete_documents_by_term(schema.MARK, MARK)
        mark = IndexDocument()
        mark.add_text(schema.MARK, MARK)
        mark.add_text(schema.POSITION, position)
        writer.add_document(mark)
        failpoints.hit("projection.before_commit")
        writer.commit()
        failpoints.hit("projection.after_commit")
        self._index.reload()
