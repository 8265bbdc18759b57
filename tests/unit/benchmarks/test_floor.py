"""What the floor writes is as large as what it stands for, and as hard to compress."""

import random
import zlib

import pytest

from benchmarks.floor import Filling

SOME = random.Random(7)  # noqa: S311  guards nothing


@pytest.mark.parametrize(("size", "expected"), [(0, 600), (200, 200), (1300, 1300)])
def test_a_value_is_filled_up_or_cut_to_a_size(size: int, expected: int) -> None:
    filling = Filling()
    sizes = [len(filling.sized(SOME.randbytes(600), size)) for _ in range(2000)]
    assert set(sizes[2:]) == {expected}  # there is nothing to fill the first ones with


def test_what_fills_a_value_up_is_not_in_it_already() -> None:
    filling = Filling()
    for _ in range(2000):
        filling.sized(SOME.randbytes(600), 1200)
    block = b"".join(filling.sized(SOME.randbytes(600), 1200) for _ in range(25))
    assert len(zlib.compress(block)) > 0.99 * len(block)
