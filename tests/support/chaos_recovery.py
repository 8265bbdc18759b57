"""How long nothing went on after each fault, and the table that tells it."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from tests.support.chaos_schedule import KINDS, Fault, Kind

Streams = Mapping[str, Sequence[float]]
"""Moments at which something was acknowledged or took effect, by what it was."""


@dataclass(frozen=True, slots=True)
class Wound:
    """A fault and when it began and ended; by then all was well and all streams ran."""

    fault: Fault
    part: str
    began: float
    ended: float


def longest_gap(moments: Sequence[float], began: float, ended: float) -> float:
    """Return the longest time in which nothing happened, from `began` on."""
    inner = moments[bisect_left(moments, began) : bisect_left(moments, ended)]
    edges = [began, *inner, ended]
    return max(after - before for before, after in pairwise(edges))


@dataclass(frozen=True, slots=True)
class Recoveries:
    """The gaps after all faults of a kind, by stream."""

    kind: Kind
    gaps: Mapping[str, Sequence[float]]

    @property
    def count(self) -> int:
        """How many faults of the kind there were."""
        return max(map(len, self.gaps.values()), default=0)

    @property
    def worst(self) -> float:
        """The longest gap of all."""
        return max((gap for gaps in self.gaps.values() for gap in gaps), default=0.0)

    @property
    def is_too_slow(self) -> bool:
        """Whether it took longer than it may, even once."""
        return self.worst > self.kind.limit


def recoveries(wounds: Iterable[Wound], streams: Streams) -> list[Recoveries]:
    """Return what the streams tell of each kind of fault that there was."""
    wounds = list(wounds)
    made = []
    for kind in KINDS:
        of_kind = [wound for wound in wounds if wound.fault.kind is kind]
        gaps = {
            name: [longest_gap(moments, w.began, w.ended) for w in of_kind]
            for name, moments in streams.items()
        }
        if of_kind:
            made.append(Recoveries(kind, gaps))
    return made


def table(told: Sequence[Recoveries]) -> str:
    """Return a kind a line: how often, and seconds at the median and at worst."""
    streams = list(told[0].gaps) if told else []
    head = "".join(f"{name + ' p50/max':>24}" for name in streams)
    lines = [f"{'fault':<22}{'times':>6}{head}{'limit':>7}"]
    for each in told:
        cells = "".join(
            f"{f'{median(gaps):.2f} / {max(gaps):.2f} s':>24}"
            for gaps in each.gaps.values()
        )
        lines.append(
            f"{each.kind.name:<22}{each.count:>6}{cells}{each.kind.limit:>5g} s"
        )
    return "\n".join(lines)
