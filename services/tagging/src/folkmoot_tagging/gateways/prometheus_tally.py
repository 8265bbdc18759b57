"""The service's own metrics, declared before they are emitted."""

from collections import Counter
from collections.abc import Sequence

from prometheus_client import CollectorRegistry
from prometheus_client import Counter as Total

from folkmoot_tagging.domain.tagged_items import TaggedItem


class PrometheusTally:
    """Counts assessed items and their tags."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._items = Total(
            "tagging_items", "Items by outcome.", ["outcome"], registry=registry
        )
        self._tags = Total("tagging_tags", "Tags by kind.", ["kind"], registry=registry)

    def tagged(self, items: Sequence[TaggedItem]) -> None:
        """Count items whose tags were assessed."""
        retracted = sum(item.retracted for item in items)
        self._items.labels("retracted").inc(retracted)
        self._items.labels("tagged").inc(len(items) - retracted)
        for kind, number in Counter(t.kind for i in items for t in i.tags).items():
            self._tags.labels(kind).inc(number)
