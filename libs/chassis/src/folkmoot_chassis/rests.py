"""Topics that take no records for now, and are left alone for a while."""

import time
from collections import Counter
from collections.abc import Callable

from folkmoot_chassis.retry import Backoff

BACKOFF = Backoff(base=0.2, cap=10.0)
"""How long a topic rests: each time for longer, up to a bound."""


class Rests:
    """Which topics rest after a failure; what goes to all the others goes on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._failures: Counter[str] = Counter()

    @property
    def topics(self) -> frozenset[str]:
        """Those that rest."""
        return frozenset(self._until)

    def failed(self, topic: str) -> None:
        """Let a topic rest."""
        self._failures[topic] += 1
        rest = BACKOFF.wait(self._failures[topic])
        self._until[topic] = self._clock() + rest

    def passed(self, topic: str) -> None:
        """Note that a topic takes records: its next rest is a short one again."""
        del self._failures[topic]

    def end(self) -> bool:
        """End the rests that are over; tell whether there was one."""
        now = self._clock()
        over = [topic for topic, until in self._until.items() if until <= now]
        for topic in over:
            del self._until[topic]
        return bool(over)
