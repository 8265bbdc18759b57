"""What befalls three nodes and four services: a schedule that a seed decides."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice, repeat

from folkmoot.local.ports import SERVICES

from tests.support.chaos_faults import dice

NODES = 3


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: how many of a deck's cards it is, and how long it lasts.

    `limit` is how many seconds may pass, at most, without anything being acknowledged
    or taking effect. `parts` are those that it may befall.
    """

    name: str
    cards: int
    lasts: tuple[float, float]
    limit: float
    parts: tuple[str, ...] = ("",)


BROKERS = tuple(f"kafka-{node}" for node in range(1, NODES + 1))
USUAL = 30.0

KINDS = (
    # The others wait nine seconds for a broker: some come back sooner, some later.
    Kind("broker killed", 9, (0.5, 14), 30, BROKERS),
    Kind("broker frozen", 5, (2, 15), USUAL, BROKERS),
    Kind("broker restarted", 4, (0, 0), USUAL, BROKERS),
    Kind("primary killed", 7, (0.5, 8), 5),
    Kind("primary frozen", 4, (11, 14), 10),
    Kind("primary restarted", 2, (0, 0), USUAL),
    Kind("primary stepped down", 7, (0, 0), 2),
    Kind("secondary killed", 3, (0.5, 6), USUAL),
    Kind("secondary frozen", 3, (2, 10), USUAL),
    Kind("secondary restarted", 1, (0, 0), USUAL),
    Kind("service killed", 5, (0, 2), USUAL, SERVICES),
)
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is done: to which part, and for how many seconds.

    Which member is the primary is seen only when its turn has come.
    """

    kind: Kind
    part: str
    seconds: float


def schedule(seed: int, count: int) -> list[Fault]:
    """Return so many faults, the same ones each time for a seed.

    Decks are shuffled one after another, so that also a short schedule has something
    of everything.
    """
    chance = dice("three nodes", seed)

    def dealt() -> Iterator[Kind]:
        while True:
            deck = list(chain(*(repeat(kind, kind.cards) for kind in KINDS)))
            chance.shuffle(deck)
            yield from deck

    return [
        Fault(kind, chance.choice(kind.parts), chance.uniform(*kind.lasts))
        for kind in islice(dealt(), count)
    ]


def one_of_each() -> list[Fault]:
    """Return one fault of each kind, as short as it may be."""
    return [Fault(kind, kind.parts[-1], kind.lasts[0]) for kind in KINDS]
