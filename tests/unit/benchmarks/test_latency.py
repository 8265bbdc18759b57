"""Waits count from when items were due, at a rate that was reached."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from benchmarks.latency import BATCH, IN_FLIGHT, publish_steadily, require_rate

RATE = 2000


class HeldUp:
    """A publisher whose requests get no answer until so many are under way."""

    def __init__(self, until: int) -> None:
        self.under_way = self.most = 0
        self._until = until
        self._answers = asyncio.Event()

    async def __call__(self, batch: list[dict[str, Any]]) -> None:
        assert len(batch) == BATCH
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        if self.under_way == self._until:
            self._answers.set()
        await self._answers.wait()
        self.under_way -= 1


def items(batches: int) -> list[dict[str, Any]]:
    return [{"native_id": f"run-{number}"} for number in range(batches * BATCH)]


async def test_waits_begin_when_items_are_due_though_requests_are_held_up() -> None:
    sent: dict[str, float] = {}
    publish = HeldUp(IN_FLIGHT)
    await publish_steadily(publish, items(IN_FLIGHT + 5), RATE, sent)
    moments = list(sent.values())
    due = moments[::BATCH]
    assert moments == [moment for moment in due for _ in range(BATCH)]
    assert [later - sooner for sooner, later in pairwise(due)] == pytest.approx(
        [BATCH / RATE] * (IN_FLIGHT + 4), abs=1e-6
    )


async def test_requests_overlap_within_bounds() -> None:
    publish = HeldUp(IN_FLIGHT)
    await publish_steadily(publish, items(IN_FLIGHT + 5), RATE, {})
    assert publish.most == IN_FLIGHT


async def test_items_are_dated_in_the_order_in_which_they_were_due() -> None:
    said = items(3)
    await publish_steadily(HeldUp(3), said, RATE, {})
    dates = [data["published"] for data in said[::BATCH]]
    assert dates == sorted(dates)


async def test_the_rate_that_is_reached_counts_the_wait_for_answers() -> None:
    answers = asyncio.Event()

    async def publish(_: list[dict[str, Any]]) -> None:
        await answers.wait()

    asyncio.get_running_loop().call_later(0.1, answers.set)
    reached = await publish_steadily(publish, items(2), RATE, {})
    assert reached < RATE / 5


def test_a_rate_that_was_not_reached_has_no_figures() -> None:
    require_rate(200, 190.1)
    with pytest.raises(SystemExit, match=r"189.9 items/s .* 200 were wanted"):
        require_rate(200, 189.9)
