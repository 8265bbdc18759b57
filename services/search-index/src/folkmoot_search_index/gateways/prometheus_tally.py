"""What the projection does, as metrics and as a stamp for the liveness probe."""

from collections.abc import Callable, Sequence

from folkmoot_chassis.metrics import Ages
from prometheus_client import CollectorRegistry, Counter, Histogram

from folkmoot_search_index.domain.documents import Change
from folkmoot_search_index.ports import Clock

AGES = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 5, 10, 60, 3600)
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class PrometheusTally:
    """Counts in a registry."""

    def __init__(
        self, registry: CollectorRegistry, clock: Clock, stamp: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._stamp = stamp
        self._freshness = Ages(
            "search_index_freshness_seconds",
            "From tagging to searchable.",
            registry=registry,
            buckets=AGES,
        )
        self._commits = Histogram(
            "search_index_commit_seconds",
            "One commit of the index.",
            registry=registry,
            buckets=SECONDS,
        )
        self._changes = Counter(
            "search_index_changes", "Changes committed.", registry=registry
        )

    def progressed(self) -> None:
        """Note that the projection still turns."""
        self._stamp()

    def committed(self, changes: Sequence[Change], seconds: float) -> None:
        """Note that changes have become searchable, and how long the commit took."""
        now = self._clock.now()
        self._commits.observe(seconds)
        self._changes.inc(len(changes))
        self._freshness.observe_all(
            [
                (now - change.document.tagged).total_seconds()
                for change in changes
                if change.document is not None
            ]
        )
