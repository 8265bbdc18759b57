"""The vocabulary that this process tags with."""

import asyncio
from collections.abc import Sequence

from folkmoot_tagging.domain.concepts import Concept
from folkmoot_tagging.domain.vocabulary import EMPTY, Vocabulary


class VocabularyInUse:
    """Holds one compiled vocabulary and swaps it whole."""

    def __init__(self) -> None:
        self._current = EMPTY

    @property
    def current(self) -> Vocabulary:
        """The vocabulary in use now; empty until the first is loaded."""
        return self._current

    async def replace(self, version: str, concepts: Sequence[Concept]) -> None:
        """Compile a vocabulary in a thread, then use it."""
        self._current = await asyncio.to_thread(Vocabulary, version, concepts)
