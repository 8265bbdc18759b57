"""A book, balanced: what was promised against all that is found anywhere."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.support import chaos_effects
from tests.support.ledger import Book, Key, Verdict, accounts
from tests.support.webhook_receiver import Received, WebhookReceiver

ANNOUNCED = (
    "announced",
    "told with tags",
    "notifications announced",
    "deliveries announced",
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """One publisher's book, and where to look for what became of it.

    `marks` are where topics ended before it was begun, `receiver` is who was to be
    called.
    """

    book: Book
    places: chaos_effects.Places
    marks: chaos_effects.Marks
    receiver: WebhookReceiver

    async def balanced(self, seconds: float, every: float) -> Verdict:
        """Wait until nothing is under way, or for so long, and balance the book."""
        deadline = time.monotonic() + seconds
        while True:
            verdict = await self._look()
            if verdict.is_complete or time.monotonic() > deadline:
                return verdict
            await asyncio.sleep(every)

    async def _look(self) -> Verdict:
        book, places = self.book, self.places
        found, waiting = await asyncio.to_thread(chaos_effects.stored, places, book)
        found["received"], again = received(self.receiver.requests)
        verdict = Verdict(accounts(book, found), waiting, {})
        if not verdict.is_complete:
            return verdict
        waiting |= await chaos_effects.unread(places)
        found["searchable"] = await chaos_effects.searchable(places, book)
        told = await chaos_effects.published(places, book, self.marks)
        silent: dict[str, Counter[Key]] = {
            name: Counter() for name in (*ANNOUNCED, *book.poison)
        }
        balanced = accounts(book, {**silent, **found, **told.effects})
        wire = told.again | {"webhook": again}
        return Verdict(balanced, waiting, wire, told.late)


def received(requests: Sequence[Received]) -> tuple[Counter[Key], int]:
    """Return how often each item came, by message, and how many requests were repeats.

    A message that comes again has the id of the first time, by which a receiver knows
    it: https://www.standardwebhooks.com.
    """
    items = {r.headers["webhook-id"]: r.data["data"]["item_id"] for r in requests}
    return Counter(items.values()), len(requests) - len(items)
