"""Every metric of the plumbing, declared before it is emitted.

Names follow OpenTelemetry's messaging conventions where one exists.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
AGES = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600, 86400)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


class Metrics:
    """The instruments of one service process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(name, text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(name, text, labels, registry=registry)

        def histogram(
            name: str, text: str, buckets: tuple[float, ...], *labels: str
        ) -> Histogram:
            return Histogram(name, text, labels, registry=registry, buckets=buckets)

        self.consumed = counter(
            "messaging_client_consumed_messages", "Records read.", "topic"
        )
        self.handled = counter(
            "messaging_process_messages", "Records by outcome.", "topic", "outcome"
        )
        self.process_duration = histogram(
            "messaging_process_duration_seconds", "One batch, all tries.", SECONDS
        )
        self.batch_size = histogram(
            "messaging_process_batch_size", "Records in a batch.", SIZES
        )
        self.retries = counter(
            "messaging_process_retries", "Batches tried again.", "error"
        )
        self.lag_records = gauge(
            "messaging_consumer_lag_records",
            "Records not yet committed.",
            "topic",
            "partition",
        )
        self.lag_seconds = gauge(
            "messaging_consumer_lag_seconds",
            "How long a partition has been behind.",
            "topic",
            "partition",
        )
        self.rebalances = counter(
            "messaging_consumer_rebalances", "Assignments received."
        )
        self.event_age = histogram(
            "messaging_event_age_seconds",
            "Age of an event when its effect is committed.",
            AGES,
            "topic",
        )
        self.chain_age = histogram(
            "messaging_chain_age_seconds",
            "Age of the chain of events that led to this effect.",
            AGES,
            "topic",
        )
        self.dead_letters = counter(
            "messaging_dead_letters", "Records set aside.", "topic", "reason"
        )
        self.fuse_blown = gauge(
            "messaging_fuse_blown", "1 while a topic is paused by its fuse.", "topic"
        )
        self.inbox_duplicates = counter(
            "inbox_duplicates", "Redeliveries recognised.", "topic"
        )
        self.outbox_depth = gauge("outbox_depth", "Records that wait to be published.")
        self.outbox_age = gauge(
            "outbox_oldest_age_seconds", "Age of the oldest of them."
        )
        self.sent = counter(
            "messaging_client_sent_messages", "Records published.", "topic"
        )
        self.send_duration = histogram(
            "messaging_client_operation_duration_seconds",
            "One publishing round of the relay.",
            SECONDS,
        )
        self.relay_errors = counter("outbox_relay_errors", "Failed rounds.", "error")
        self.http_duration = histogram(
            "http_server_request_duration_seconds",
            "Requests answered.",
            SECONDS,
            "method",
            "route",
            "status",
        )
        self.loop_lag = gauge(
            "event_loop_lag_seconds", "How late the event loop last woke."
        )
