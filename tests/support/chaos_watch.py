"""Sees from outside that events are acknowledged and take effect."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.chaos_load import Load
from tests.support.chaos_moot import Trial
from tests.support.chaos_recovery import Streams
from tests.support.conditions import until

LOOK = 0.2
"""Seconds between searches for what is new."""
BACK_SECONDS = 90.0


@dataclass(slots=True)
class Watch:
    """Notes when something went on, in each stream."""

    load: Load
    trial: Trial
    found: list[float] = field(default_factory=list)

    async def searching(self, url: str, token: str) -> None:
        """Note for ever when a search finds more than before."""
        asked: dict[str, Any] = {"q": self.trial.book.query, "size": 1, "facets": False}
        headers = {"authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(
            base_url=url, headers=headers, timeout=10, trust_env=False
        ) as client:
            most = 0
            while True:
                with contextlib.suppress(httpx.TransportError):
                    answer = await client.get("/v1/search", params=asked)
                    total = answer.json()["total"] if answer.is_success else 0
                    if total > most:
                        most = total
                        self.found.append(time.monotonic())
                await asyncio.sleep(LOOK)

    @property
    def streams(self) -> Streams:
        """When something went on; of a webhook that is sent again, the first time."""
        first: dict[str, float] = {}
        for request in self.trial.receiver.requests:
            first.setdefault(request.headers["webhook-id"], request.at)
        return {
            "acknowledged": self.load.answered,
            "notified": list(first.values()),
            "searchable": self.found,
        }

    async def running(self, seconds: float = BACK_SECONDS) -> None:
        """Return once something has gone on in every stream from now on."""
        now = time.monotonic()
        sent = self.trial.receiver.requests

        async def all_run() -> bool:
            last = [
                self.load.answered[-1:],
                self.found[-1:],
                [request.at for request in sent[-1:]],
            ]
            return all(moments and moments[0] > now for moments in last)

        await until(all_run, seconds=seconds, every=0.05)
