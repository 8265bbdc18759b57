"""Take the vocabulary up from where it is edited, and tell what changed in it."""

import asyncio
from collections.abc import Iterable, Sequence

from folkmoot_tagging.domain.concepts import Concept, Thesaurus
from folkmoot_tagging.domain.vocabulary_changes import (
    KnownConcept,
    announcement,
    changed,
    retired,
)
from folkmoot_tagging.ports import (
    Clock,
    CompiledVocabulary,
    Concepts,
    ThesaurusSource,
    Transaction,
    Transactions,
)

CONCEPTS_AT_ONCE = 500


class LoadVocabulary:
    """Loads the vocabulary if it is another than the one in use.

    An edition that was announced in full before is taken from the store, unread.
    Announcing is cut into transactions, each of which compares with what is known by
    then: it can be broken off, repeated, and done by several replicas at once.
    """

    def __init__(
        self,
        source: ThesaurusSource,
        concepts: Concepts,
        vocabulary: CompiledVocabulary,
        transactions: Transactions,
        clock: Clock,
    ) -> None:
        self._source = source
        self._concepts = concepts
        self._vocabulary = vocabulary
        self._transactions = transactions
        self._clock = clock

    async def __call__(self) -> None:
        """Bring the vocabulary in use up to date; raises what reading it raises."""
        version = await self._source.version()
        if version == self._vocabulary.current.version:
            return
        concepts: Sequence[Concept]
        if version == await self._concepts.version():
            concepts = await self._concepts.in_use()
        else:
            thesaurus = await self._source.read()
            await self._announce(thesaurus)
            version, concepts = thesaurus.version, thesaurus.concepts
        await self._vocabulary.replace(version, concepts)

    async def follow(self, period: float) -> None:
        """Look for a new edition for ever, every `period` seconds."""
        while True:
            await asyncio.sleep(period)
            await self()

    async def _announce(self, thesaurus: Thesaurus) -> None:
        for some in _chunks(thesaurus.concepts):
            await self._change(some)
        present = {concept.id for concept in thesaurus.concepts}
        before = await self._concepts.in_use()
        for some in _chunks([one for one in before if one.id not in present]):
            await self._retire(some, thesaurus)

        async def finish(transaction: Transaction) -> None:
            await self._concepts.set_version(thesaurus.version, transaction)

        await self._transactions.run(finish)

    async def _change(self, concepts: Sequence[Concept]) -> None:
        async def work(transaction: Transaction) -> None:
            known = await self._concepts.find(_ids(concepts), transaction)
            news = changed(concepts, known, self._clock.now())
            await self._tell(list(news), transaction)

        await self._transactions.run(work)

    async def _retire(self, concepts: Sequence[Concept], edition: Thesaurus) -> None:
        async def work(transaction: Transaction) -> None:
            known = await self._concepts.find(_ids(concepts), transaction)
            news = retired(known.values(), edition.replaced, self._clock.now())
            await self._tell(list(news), transaction)

        await self._transactions.run(work)

    async def _tell(
        self, news: Sequence[KnownConcept], transaction: Transaction
    ) -> None:
        if news:
            await self._concepts.put(news, transaction)
        for known in news:
            transaction.publish(announcement(known))


def _ids(concepts: Iterable[Concept]) -> list[str]:
    return [concept.id for concept in concepts]


def _chunks(concepts: Sequence[Concept]) -> Iterable[Sequence[Concept]]:
    for start in range(0, len(concepts), CONCEPTS_AT_ONCE):
        yield concepts[start : start + CONCEPTS_AT_ONCE]
