"""A fuse: when nearly everything fails, the fault is ours and the records are good."""

from collections import deque


class Fuse:
    """Blows past a share of failures among the last records, or a run of them.

    The shape is that of arroyo's `DlqLimit`: a bad deployment must stop the consumer,
    not drain its topic into the dead letters.
    """

    def __init__(self, *, window: int, ratio: float, in_a_row: int) -> None:
        self._outcomes: deque[bool] = deque(maxlen=window)
        self._allowed = window * ratio
        self._in_a_row = in_a_row
        self._failures = 0
        self._run = 0
        self._blown: str | None = None

    @property
    def blown(self) -> str | None:
        """Why the fuse is open, or None while it holds."""
        return self._blown

    def passed(self, count: int) -> None:
        """Note records that were handled."""
        if count:
            self._run = 0
        for _ in range(min(count, self._outcomes.maxlen or count)):
            self._note(failed=False)

    def failed(self) -> None:
        """Note a record that was dead-lettered."""
        self._run += 1
        self._note(failed=True)
        if self._run >= self._in_a_row:
            self._blown = f"{self._run} records in a row failed"
        elif self._failures > self._allowed:
            self._blown = (
                f"{self._failures} of the last {len(self._outcomes)} records failed"
            )

    def _note(self, *, failed: bool) -> None:
        if len(self._outcomes) == self._outcomes.maxlen and self._outcomes[0]:
            self._failures -= 1
        self._outcomes.append(failed)
        self._failures += failed
