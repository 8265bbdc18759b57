"""Count what a reader may know about."""

from collections.abc import Iterable
from dataclasses import dataclass

from folkmoot_tagging.ports import CompiledVocabulary, Concepts, TaggedItems


@dataclass(frozen=True, slots=True)
class Stats:
    """Figures of the tagging service."""

    items: int
    concepts: int
    labels: int
    vocabulary: str


class ReportStats:
    """Counts items and concepts."""

    def __init__(
        self,
        tagged_items: TaggedItems,
        concepts: Concepts,
        vocabulary: CompiledVocabulary,
    ) -> None:
        self._tagged_items = tagged_items
        self._concepts = concepts
        self._vocabulary = vocabulary

    async def __call__(self, principals: Iterable[str] | None) -> Stats:
        """Count the items that one of the principals may see; None: all items."""
        current = self._vocabulary.current
        return Stats(
            items=await self._tagged_items.count(principals),
            concepts=await self._concepts.count(),
            labels=current.labels,
            vocabulary=current.version,
        )
