"""A background task that fails is started again, soon or later."""

import asyncio
import contextlib
from dataclasses import dataclass, field

import pytest
from folkmoot_chassis.background import supervise
from folkmoot_chassis.retry import Backoff
from typing_extensions import override


@dataclass(frozen=True)
class Noted(Backoff):
    """Waits for nothing and notes before which try it was asked."""

    asked: list[int] = field(default_factory=list)

    @override
    def wait(self, attempt: int) -> float:
        self.asked.append(attempt)
        if len(self.asked) == 4:
            raise asyncio.CancelledError
        return 0.0


async def failing() -> None:
    raise ConnectionError


@pytest.mark.parametrize(
    ("lasting", "asked"),
    [(60.0, [1, 2, 3, 4]), (0.0, [1, 1, 1, 1])],
    ids=["one that never works waits longer each time", "one that has worked does not"],
)
async def test_waits_grow_only_while_nothing_works(
    lasting: float, asked: list[int]
) -> None:
    waits = Noted()
    with contextlib.suppress(asyncio.CancelledError):
        await supervise("toy", failing, waits, lasting)
    assert waits.asked == asked
