"""Health as Kubernetes asks for it.

Live: the process makes progress; a slow database is no reason to restart it. Ready: it
can answer requests. Kafka that has gone away and a blown fuse are told of and keep no
request away: neither is needed to answer one, and every replica has them at once.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Check = Callable[[], Awaitable[str | None]]
"""Returns what is wrong, or None."""

CHECK_SECONDS = 3.0


@dataclass(slots=True)
class Health:
    """What the health endpoints answer from."""

    alive: dict[str, Check] = field(default_factory=dict)
    ready: dict[str, Check] = field(default_factory=dict)
    told: dict[str, Check] = field(default_factory=dict)
    stopping: bool = False

    async def live(self) -> dict[str, str]:
        """Return what is wrong beyond repair, by name."""
        return await _failures(self.alive)

    async def readiness(self) -> dict[str, str]:
        """Return what keeps traffic away, by name."""
        if self.stopping:
            return {"service": "stopping"}
        return await _failures(self.ready)

    async def troubles(self) -> dict[str, str]:
        """Return what is wrong and keeps nothing away, by name."""
        return await _failures(self.told)


@dataclass(slots=True)
class Progress:
    """A stamp that a background task renews; it is dead when the stamp grows old."""

    allowed: float
    at: float = field(default_factory=time.monotonic)

    def stamp(self) -> None:
        """Say that the task still turns."""
        self.at = time.monotonic()

    async def check(self) -> str | None:
        """Tell whether it does."""
        age = time.monotonic() - self.at
        return f"no progress for {age:.0f} s" if age > self.allowed else None


async def _failures(checks: dict[str, Check]) -> dict[str, str]:
    results = await asyncio.gather(*(_one(check) for check in checks.values()))
    return {n: text for n, text in zip(checks, results, strict=True) if text}


async def _one(check: Check) -> str | None:
    try:
        return await asyncio.wait_for(check(), CHECK_SECONDS)
    except TimeoutError:
        return f"no answer within {CHECK_SECONDS:.0f} s"
    except Exception as error:  # noqa: BLE001  whatever it is, it is what is wrong
        name, text = type(error).__name__, str(error)
        return (text if text.startswith(name) else f"{name}: {text}")[:200]
