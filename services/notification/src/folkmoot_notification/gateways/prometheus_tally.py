"""What is counted of notification, for Prometheus."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from folkmoot_notification.domain.deliveries import Answer

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15)


class PrometheusTally:
    """Counts who was told, and how webhooks fare."""

    def __init__(
        self, registry: CollectorRegistry, subscriptions: Callable[[], int]
    ) -> None:
        standing = Gauge(
            "notification_subscriptions",
            "Standing subscriptions that this replica matches.",
            registry=registry,
        )
        standing.set_function(subscriptions)
        self._told = Counter(
            "notification_notifications",
            "Notifications that were put into inboxes.",
            registry=registry,
        )
        self._attempts = Histogram(
            "notification_webhook_attempt_seconds",
            "Attempts to deliver a webhook, by status class or kind of failure.",
            ("outcome",),
            registry=registry,
            buckets=SECONDS,
        )

    def told(self, count: int) -> None:
        """Count new notifications."""
        self._told.inc(count)

    def attempted(self, answer: Answer) -> None:
        """Count an attempt."""
        status = answer.status
        outcome = answer.error or (f"{status // 100}xx" if status else "unknown")
        self._attempts.labels(outcome).observe(answer.duration)
