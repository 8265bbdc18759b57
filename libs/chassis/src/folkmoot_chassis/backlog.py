"""What the relay publishes next: packs from memory and packs found in the outbox."""

from collections import deque
from collections.abc import Collection, Sequence
from operator import attrgetter

from bson import ObjectId

from folkmoot_chassis.outbox import Outbox, Pack, Room

AT_HAND = 64
AT_HAND_BYTES = 32 * 1024 * 1024
"""Packs and bytes kept in memory for publishing; more of them wait in MongoDB alone."""


class Backlog:
    """Packs of one topic that wait to be published, the oldest first.

    What this process commits is offered; a look finds what others have committed, or an
    earlier life, or a commit whose outcome was unknown. Whoever follows from a pack has
    a larger id within this process, so both kinds are put in the order of their ids: a
    look that is under way may find a pack and miss the one before it, which was offered
    meanwhile. Across replicas, and where the clock steps back, revisions decide.
    """

    def __init__(self, outbox: Outbox, topic: str) -> None:
        self._outbox = outbox
        self._topic = topic
        self._at_hand: deque[Pack] = deque()
        self._found: frozenset[ObjectId] = frozenset()
        """What the last look has found."""
        self._behind = True
        """Whether MongoDB may hold older packs than those at hand."""

    def offer(self, pack: Pack) -> None:
        """Take what was just committed, unless it is to be read from MongoDB anyway."""
        # A look may find what is committed before it is offered.
        if self._behind or pack.id in self._found:
            return
        self._at_hand.append(pack)
        size = sum(pack.size for pack in self._at_hand)
        self._behind = len(self._at_hand) > AT_HAND or size > AT_HAND_BYTES

    def fall_behind(self, gained: Collection[int] = ()) -> None:
        """Read from MongoDB before anything else is published: order matters.

        What is at hand of a shard that has been gained is of an earlier time: another
        replica may have published it since.
        """
        self._behind = True
        self._at_hand = deque(p for p in self._at_hand if p.shard not in gained)

    async def take(self) -> Sequence[Pack]:
        """Return the packs of the next round, up to what a round holds."""
        if self._behind:
            await self._look()
        packs = []
        room = Room()
        while self._at_hand and room.left:
            pack = self._at_hand.popleft()
            if pack.shard in self._outbox.held:
                packs.append(pack)
                room.take(pack)
        return packs

    async def _look(self) -> None:
        """Add what only MongoDB knows of.

        Being behind ends with a look that finds less than a round holds: it is all that
        is older. Whatever is committed during that look is offered.
        """
        self._behind = False
        room = Room()
        known = {pack.id for pack in self._at_hand}
        try:
            found = await self._outbox.pending(self._topic, room, known)
        except BaseException:
            self._behind = True
            raise
        self._found = frozenset(pack.id for pack in found)
        packs = {pack.id: pack for pack in (*self._at_hand, *found)}
        self._at_hand = deque(sorted(packs.values(), key=attrgetter("id")))
        if not room.left:
            # What is newer must wait for what is still to be read.
            self._behind = True
            while self._at_hand[-1].id > found[-1].id:
                self._at_hand.pop()
