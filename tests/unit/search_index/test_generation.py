"""One generation of the index, taken up again after its last commit."""

import random
from collections.abc import Iterable
from pathlib import Path

import pytest
from folkmoot_search_index.domain.documents import Change, document_of
from folkmoot_search_index.domain.fields import FIELDS
from folkmoot_search_index.gateways.tantivy_generation import TantivyGeneration

from tests.support.tagged_items import an_item, tagged


def changes(numbers: Iterable[int], known: set[int]) -> list[Change]:
    """Tell of items; `known` are those that were told of before, and grows."""
    told = []
    for number in numbers:
        item = an_item(f"itm_{number}")
        document = document_of(tagged(item))
        told.append(Change(item.id, document, first=number not in known))
        known.add(number)
    return told


def held(index: TantivyGeneration) -> int:
    """Return how many documents there are, the position left out."""
    return int(index.searcher().num_docs) - 1


@pytest.mark.parametrize(
    "seed",
    [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 5))],
)
async def test_nothing_is_held_twice_however_often_it_is_taken_up_again(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  a story to be told again
    numbers = [chance.randrange(max(1, n - 9), n + 1) for n in range(1, 300)]
    index = TantivyGeneration(tmp_path, FIELDS)
    at = 0
    while at < len(numbers):
        part = numbers[at : at + chance.randrange(1, 9)]
        await index.apply(changes(part, set(numbers[:at])))
        fate = chance.random()
        if fate < 0.6:
            at += len(part)
            await index.commit(str(at))
        elif fate < 0.8:
            index.close()
            index = TantivyGeneration(tmp_path, FIELDS)
        if fate >= 0.6:
            assert await index.resume() in {str(at), None}
        if at:
            assert held(index) == len(set(numbers[:at]))
    index.close()
