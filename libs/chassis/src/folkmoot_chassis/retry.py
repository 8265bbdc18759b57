"""How long to wait before the next try."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential waits with full jitter, in seconds.

    Marc Brooker, "Exponential Backoff And Jitter" (AWS, 2015).
    """

    attempts: int = 6
    base: float = 0.1
    cap: float = 5.0

    def wait(self, attempt: int) -> float:
        """Return the wait after the `attempt`-th try, counted from 1."""
        bound = min(self.cap, self.base * 2.0 ** min(attempt - 1, 30))
        return bound * random.uniform(0.5, 1.0)  # noqa: S311  jitter needs no secrecy
