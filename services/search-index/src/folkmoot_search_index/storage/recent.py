"""What this process has just stored, so that it need not read it back."""

from collections import OrderedDict
from collections.abc import Sequence

from bson import ObjectId

from folkmoot_search_index.domain.documents import Change

MOST = 4000
LARGEST = 64 * 1024 * 1024
"""Bytes of what was told; more of it is not worth the room."""


class RecentChanges:
    """Hands the changes of a transaction over once; forgets the oldest if too many.

    Those of a transaction that came to nothing do no harm: nobody asks for them.
    """

    def __init__(self, most: int = MOST, largest: int = LARGEST) -> None:
        self._most, self._largest = most, largest
        self._kept: OrderedDict[ObjectId, tuple[Sequence[Change], int]] = OrderedDict()
        self._changes = self._bytes = 0

    def add(self, id_: ObjectId, changes: Sequence[Change]) -> None:
        """Keep the changes of a transaction for whoever follows them."""
        size = sum(len(each.document.told) for each in changes if each.document)
        self._kept[id_] = changes, size
        self._changes += len(changes)
        self._bytes += size
        while self._changes > self._most or self._bytes > self._largest:
            self.take(next(iter(self._kept)))

    def take(self, id_: ObjectId) -> Sequence[Change] | None:
        """Return the changes of a transaction, if they are still here."""
        changes, size = self._kept.pop(id_, ((), 0))
        self._changes -= len(changes)
        self._bytes -= size
        return changes or None
