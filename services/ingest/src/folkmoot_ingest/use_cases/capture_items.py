"""Record what was said, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from folkmoot_events import Item, ItemCaptured, ItemRetracted, ItemRevised

from folkmoot_ingest.domain.drafts import Draft, Retraction
from folkmoot_ingest.domain.identity import TOMBSTONE
from folkmoot_ingest.domain.normalisation import version
from folkmoot_ingest.domain.revisions import (
    Head,
    Outcome,
    decide,
    decide_withdrawal,
)
from folkmoot_ingest.ports import Clock, Entry, Items, Record, Transaction


class Result(NamedTuple):
    """What became of one draft; the revision that now stands for the item."""

    item_id: str
    revision: int
    outcome: Outcome


class CaptureItems:
    """Take a batch of drafts into the record and announce what is new.

    Drafts of one item take effect in their order. Idempotent: the same batch again
    changes nothing.
    """

    def __init__(self, items: Items, record: Record, clock: Clock) -> None:
        self._items = items
        self._record = record
        self._clock = clock

    async def __call__(
        self, drafts: Sequence[Draft], transaction: Transaction
    ) -> list[Result]:
        """Record each draft; returns what became of them, in order."""
        before = await self._items.heads({d.item_id for d in drafts}, transaction)
        known = await self._known(drafts, before, transaction)
        batch = _Batch(dict(before), known, self._clock.now())
        results = [batch.take(draft) for draft in drafts]
        if batch.entries:
            await self._record.append(batch.entries, transaction)
            changed = [h for i, h in batch.heads.items() if h is not before.get(i)]
            await self._items.put(changed, before, transaction)
        for event, traceparent in batch.events:
            transaction.publish(event, traceparent=traceparent, key=event.key)
        return results

    async def _known(
        self,
        drafts: Sequence[Draft],
        heads: Mapping[str, Head],
        transaction: Transaction,
    ) -> dict[str, set[str]]:
        """Look up the history of those items only whose content is not the head's."""
        changed = {
            draft.item_id
            for draft in drafts
            if draft.item_id in heads
            and draft.content_hash != heads[draft.item_id].content_hash
        }
        return await self._record.hashes(changed, transaction) if changed else {}


@dataclass(slots=True)
class _Batch:
    """What a batch does to the heads, the record and the stream, draft by draft."""

    heads: dict[str, Head]
    known: dict[str, set[str]]
    now: datetime
    entries: list[Entry] = field(default_factory=list)
    events: list[tuple[ItemCaptured | ItemRevised | ItemRetracted, str | None]] = field(
        default_factory=list
    )

    def take(self, draft: Draft) -> Result:
        """Settle one draft."""
        asked, id_ = draft.asked, draft.item_id
        head = self.heads.get(id_)
        hashes = self.known.setdefault(id_, set())
        if isinstance(asked, Retraction):
            outcome = decide_withdrawal(head, hashes, asked.at)
        else:
            outcome = decide(head, hashes, asked.content_hash, version(asked))
        hashes.add(draft.content_hash)
        match outcome:
            case "retracted" if isinstance(asked, Retraction):
                self._retract(asked, head, draft.traceparent)
            case "outdated" if isinstance(asked, Item):
                self._note(asked, None, outcome, head)
            case "captured" | "revised" if isinstance(asked, Item):
                self._revise(asked, head, outcome, draft.traceparent)
            case _:
                pass
        return Result(id_, self.heads[id_].revision, outcome)

    def _revise(
        self, item: Item, head: Head | None, outcome: Outcome, traceparent: str | None
    ) -> None:
        if head:
            item = item.model_copy(update={"revision": head.revision + 1})
            revised = ItemRevised(item=item, previous_hash=head.content_hash)
            self.events.append((revised, traceparent))
        else:
            self.events.append((ItemCaptured(item=item), traceparent))
        self._note(item, item.revision, outcome, head)
        self.heads[item.id] = _head(item)

    def _note(
        self, item: Item, revision: int | None, outcome: Outcome, head: Head | None
    ) -> None:
        self.entries.append(
            Entry(
                item.id,
                revision,
                item.company,
                outcome,
                item.content_hash,
                head.content_hash if head else None,
                self.now,
                item,
            )
        )

    def _retract(
        self, asked: Retraction, head: Head | None, traceparent: str | None
    ) -> None:
        """Set a tombstone, even for what is yet to come: order is never assumed."""
        revision = head.revision + 1 if head else 1
        event = ItemRetracted(
            item_id=asked.item_id,
            revision=revision,
            company=asked.company,
            source=asked.source,
            retracted=asked.at,
            reason=asked.reason,
        )
        self.events.append((event, traceparent))
        self.entries.append(
            Entry(
                asked.item_id,
                revision,
                asked.company,
                "retracted",
                TOMBSTONE,
                head.content_hash if head else None,
                self.now,
                item=None,
                reason=asked.reason,
            )
        )
        at = max(asked.at, head.version) if head else asked.at
        self.heads[asked.item_id] = Head(
            asked.item_id,
            revision,
            TOMBSTONE,
            at,
            asked.company,
            asked.source,
            visibility=(),
            retracted=True,
        )


def _head(item: Item) -> Head:
    return Head(
        item.id,
        item.revision,
        item.content_hash,
        version(item),
        item.company,
        item.source,
        item.visibility,
    )
