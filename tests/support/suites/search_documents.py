"""What every store of search documents does, the fake and the real one alike."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from folkmoot_search_index.domain.documents import Entry, document_of, tombstone_of
from folkmoot_search_index.ports import Documents, Transaction
from folkmoot_search_index.use_cases.keep_documents import KeepDocuments

from tests.support.tagged_items import a_tag, an_item, retracted, tagged

FIRST = an_item()
EDITED = an_item(revision=2, text="Edited.", visibility=("everyone",))
TAGS = (a_tag(),)

Work = Callable[[Transaction], Awaitable[None]]


class Runner(Protocol):
    """Runs work as one transaction."""

    async def run(self, work: Work) -> None: ...


class DocumentsSuite:
    """Inherit it and provide the fixtures `documents` and `transactions`."""

    async def keep(
        self, documents: Documents, transactions: Runner, *entries: Entry
    ) -> None:
        keep = KeepDocuments(documents)

        async def work(transaction: Transaction) -> None:
            await keep(entries, transaction)

        await transactions.run(work)

    async def text(self, documents: Documents) -> str | None:
        found = await documents.read([FIRST.id])
        return found[FIRST.id].item.text if found else None

    async def test_a_document_comes_back_as_it_was_delivered(
        self, documents: Documents, transactions: Runner
    ) -> None:
        precise = FIRST.published.replace(microsecond=123456)
        item = an_item(published=precise, title=None, mentions=(FIRST.author,))
        kept = document_of(tagged(item, 3, TAGS))
        await self.keep(documents, transactions, kept)
        assert await documents.read([item.id, "unknown"]) == {item.id: kept}

    async def test_the_newest_of_a_batch_is_kept_whatever_its_place(
        self, documents: Documents, transactions: Runner
    ) -> None:
        batch: Sequence[Entry] = [
            document_of(tagged(EDITED)),
            document_of(tagged(FIRST, 2)),
            document_of(tagged(FIRST, 1)),
        ]
        await self.keep(documents, transactions, *batch)
        assert await self.text(documents) == "Edited."

    async def test_an_older_revision_changes_nothing(
        self, documents: Documents, transactions: Runner
    ) -> None:
        await self.keep(documents, transactions, document_of(tagged(EDITED, 1)))
        await self.keep(documents, transactions, document_of(tagged(FIRST, 9)))
        assert await self.text(documents) == "Edited."

    async def test_new_tags_of_the_same_revision_replace_the_old(
        self, documents: Documents, transactions: Runner
    ) -> None:
        await self.keep(documents, transactions, document_of(tagged(FIRST, 1)))
        await self.keep(documents, transactions, document_of(tagged(FIRST, 2, TAGS)))
        found = await documents.read([FIRST.id])
        assert found[FIRST.id].tags == TAGS

    async def test_a_retraction_leaves_nothing_to_read(
        self, documents: Documents, transactions: Runner
    ) -> None:
        await self.keep(documents, transactions, document_of(tagged(FIRST)))
        await self.keep(documents, transactions, tombstone_of(retracted(FIRST)))
        assert await self.text(documents) is None
        assert await documents.count() == 1

    async def test_a_retraction_that_comes_first_wins(
        self, documents: Documents, transactions: Runner
    ) -> None:
        await self.keep(documents, transactions, tombstone_of(retracted(EDITED)))
        await self.keep(documents, transactions, document_of(tagged(FIRST)))
        await self.keep(documents, transactions, document_of(tagged(EDITED, 7)))
        assert await self.text(documents) is None

    async def test_an_item_captured_anew_after_its_retraction_is_back(
        self, documents: Documents, transactions: Runner
    ) -> None:
        await self.keep(documents, transactions, tombstone_of(retracted(FIRST)))
        await self.keep(documents, transactions, document_of(tagged(EDITED)))
        assert await self.text(documents) == "Edited."

    async def test_the_same_events_again_change_nothing(
        self, documents: Documents, transactions: Runner
    ) -> None:
        other = an_item("itm_2")
        entries = [document_of(tagged(FIRST)), document_of(tagged(other))]
        await self.keep(documents, transactions, *entries)
        before = await documents.read([FIRST.id, other.id])
        await self.keep(documents, transactions, *entries)
        assert await documents.read([FIRST.id, other.id]) == before
        assert await documents.count() == 2
