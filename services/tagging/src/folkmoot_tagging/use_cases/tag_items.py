"""Say what items are about, and tell it with the items themselves."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from folkmoot_events import ItemRetracted, ItemTagged

from folkmoot_tagging.domain.tagged_items import (
    ItemEvent,
    TaggedItem,
    Word,
    assessed,
    is_news,
    newest,
    tombstone,
)
from folkmoot_tagging.domain.tags import tags_of
from folkmoot_tagging.ports import (
    Clock,
    CompiledVocabulary,
    TaggedItems,
    Tally,
    Transaction,
)


class TagItems:
    """Takes a batch of item events in one find and one bulk write.

    Only the newest revision of an item in the batch is tagged. Older revisions than
    the one known are ignored, and so is a capture of a retracted item. The first
    assessment of a revision is always told; later ones only if a tag changed.
    """

    def __init__(
        self,
        tagged_items: TaggedItems,
        vocabulary: CompiledVocabulary,
        clock: Clock,
        tally: Tally,
    ) -> None:
        self._tagged_items = tagged_items
        self._vocabulary = vocabulary
        self._clock = clock
        self._tally = tally

    async def __call__(
        self, events: Sequence[ItemEvent], transaction: Transaction
    ) -> None:
        """Tag the items of a batch and forget the retracted ones."""
        words = newest(events)
        known = await self._tagged_items.find(words.keys(), transaction)
        now = self._clock.now()
        changes: list[TaggedItem] = []
        for id_, word in words.items():
            before = known.get(id_)
            if is_news(word, before):
                change = self._take(word, before, now, transaction)
                if change:
                    changes.append(change)
        if changes:
            await self._tagged_items.put(changes, known.keys(), transaction)
            transaction.on_commit(partial(self._tally.tagged, changes))

    def _take(
        self,
        word: Word,
        known: TaggedItem | None,
        now: datetime,
        transaction: Transaction,
    ) -> TaggedItem | None:
        if isinstance(word, ItemRetracted):
            return tombstone(word, known)
        tags = tags_of(word, self._vocabulary.current)
        change = assessed(word, tags, known, now)
        if change:
            # Its parts are checked already: pydantic takes instances as they are.
            transaction.publish(
                ItemTagged(
                    item=word,
                    revision=change.revision,
                    tags=change.tags,
                    tagged=change.tagged,
                )
            )
        return change
