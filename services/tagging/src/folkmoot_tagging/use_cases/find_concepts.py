"""Find concepts as somebody types."""

from collections.abc import Sequence

from folkmoot_tagging.domain.folding import fold_literally
from folkmoot_tagging.domain.vocabulary_changes import KnownConcept
from folkmoot_tagging.ports import Concepts


class FindConcepts:
    """Finds concepts by the beginning of any of their labels."""

    def __init__(self, concepts: Concepts) -> None:
        self._concepts = concepts

    async def __call__(self, prefix: str, limit: int) -> Sequence[KnownConcept]:
        """Return at most `limit` concepts in use, in the order of their labels."""
        return await self._concepts.starting_with(fold_literally(prefix.strip()), limit)
