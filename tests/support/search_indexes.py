"""The real index over documents of a test, in a directory of its own."""

import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from folkmoot_search_index.domain.documents import Change, Document
from folkmoot_search_index.domain.fields import FIELDS
from folkmoot_search_index.gateways.tantivy_generations import TantivyGenerations
from folkmoot_search_index.gateways.tantivy_search import TantivySearchIndex

from tests.support.search_index_fakes import FakeClock


@contextlib.asynccontextmanager
async def index_of(documents: Iterable[Document]) -> AsyncIterator[TantivySearchIndex]:
    """Index documents in two commits, so that there is more than one segment."""
    given = list(documents)
    with tempfile.TemporaryDirectory() as folder:
        generations = TantivyGenerations(Path(folder), FIELDS)
        generation = await generations.begin()
        half = len(given) // 2
        for part in (given[:half], given[half:]):
            await generation.apply([Change(each.id, each) for each in part])
            await generation.commit("{}")
        await generations.promote(generation)
        index = TantivySearchIndex(generations, FakeClock(), threads=1)
        yield index
        index.close()
        generations.close()
