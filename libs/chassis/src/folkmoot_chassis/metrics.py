"""Every metric of the plumbing, declared before it is emitted.

Names follow OpenTelemetry's messaging conventions where one exists.
"""

from bisect import bisect_left
from collections import Counter as Counts
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
AGES = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600, 86400)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


class Ages(Histogram):
    """A histogram of seconds that takes a batch at a time.

    It knows by which names prometheus_client 0.26 keeps its buckets, and so that one is
    pinned: to observe one by one costs ten times as much, at every hop of each record.
    """

    def observe_all(self, ages: Iterable[float]) -> None:
        """Observe each; a clock that is behind makes none negative."""
        seconds = [age if age > 0 else 0.0 for age in ages]
        places = Counts(bisect_left(self._upper_bounds, age) for age in seconds)
        for place, count in places.items():
            self._buckets[place].inc(count)
        self._sum.inc(sum(seconds))


class Metrics:
    """The instruments of one service process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._declare_processing()
        self._declare_consumer()
        self._declare_outbox()
        self._declare_process()

    def _declare_processing(self) -> None:
        self.consumed = self._counter(
            "messaging_client_consumed_messages", "Records read.", "topic"
        )
        self.handled = self._counter(
            "messaging_process_messages", "Records by outcome.", "topic", "outcome"
        )
        self.process_duration = self._histogram(
            "messaging_process_duration_seconds", "One batch, all tries.", SECONDS
        )
        self.batch_size = self._histogram(
            "messaging_process_batch_size", "Records in a batch.", SIZES
        )
        self.retries = self._counter(
            "messaging_process_retries", "Batches tried again.", "error"
        )
        self.event_age = self._ages(
            "messaging_event_age_seconds",
            "Age of an event when its effect is committed.",
        )
        self.chain_age = self._ages(
            "messaging_chain_age_seconds",
            "Age of the chain of events that led to this effect.",
        )
        self.inbox_duplicates = self._counter(
            "inbox_duplicates", "Redeliveries recognised.", "topic"
        )
        self.dead_letters = self._counter(
            "messaging_dead_letters", "Records set aside.", "topic", "reason"
        )

    def _declare_consumer(self) -> None:
        self.lag_records = self._gauge(
            "messaging_consumer_lag_records",
            "Records not yet read.",
            "topic",
            "partition",
        )
        self.lag_seconds = self._gauge(
            "messaging_consumer_lag_seconds",
            "How long a partition has been behind.",
            "topic",
            "partition",
        )
        self.rebalances = self._counter(
            "messaging_consumer_rebalances", "Assignments received."
        )
        self.fuse_blown = self._gauge(
            "messaging_fuse_blown", "1 while a topic is paused by its fuse.", "topic"
        )

    def _declare_outbox(self) -> None:
        self.outbox_depth = self._gauge(
            "outbox_depth", "Records that wait to be published."
        )
        self.outbox_age = self._gauge(
            "outbox_oldest_age_seconds", "Age of the oldest of them."
        )
        self.sent = self._counter(
            "messaging_client_sent_messages", "Records published.", "topic"
        )
        self.send_duration = self._histogram(
            "messaging_client_operation_duration_seconds",
            "One round of publishing to a topic.",
            SECONDS,
        )
        self.relay_errors = self._counter(
            "outbox_relay_errors",
            "Times that what waits for a topic could not be published.",
            "topic",
            "error",
        )

    def _declare_process(self) -> None:
        self.http_duration = self._histogram(
            "http_server_request_duration_seconds",
            "Requests answered.",
            SECONDS,
            "method",
            "route",
            "status",
        )
        self.loop_lag = self._gauge(
            "event_loop_lag_seconds", "How late the event loop last woke."
        )

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=self.registry)

    def _ages(self, name: str, text: str) -> Ages:
        return Ages(name, text, ("topic",), registry=self.registry, buckets=AGES)

    def _histogram(
        self, name: str, text: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(name, text, labels, registry=self.registry, buckets=buckets)
