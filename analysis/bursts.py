"""Bursts in a series of counts: the stretches in which the press wrote far more than usual.

The two-state automaton of Jon Kleinberg, "Bursty and Hierarchical Structure in Streams"
(KDD 2002; Data Mining and Knowledge Discovery 7, 2003), on periods of equal length (days,
weeks, months) with Poisson counts: in its base state a period gives as many articles as is
usual around it, in its burst state `RATIO` times as many. Going up costs ln(number of periods),
going down nothing; the cheapest path through all periods says which of them are bursts. So
one article more never makes a burst, and two strong months with a weak one between them are
one burst, not two.

What is usual is read from the series itself: the median of the periods around, and never less
than the mean of all. A store that holds more of recent years than of early ones has a higher
level then, not one long burst.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log
from statistics import fmean, median

RATIO = 3.0
"""How many times the usual a burst's periods give."""
AROUND = 6
"""Periods on either side of one that say what is usual for it."""
FEWEST = 3
"""A burst has at least so many articles."""


@dataclass(frozen=True, slots=True)
class Burst:
    """A stretch of periods.

    Attributes:
        first, last: their numbers in the series, both included.
        total: what they count together.
        weight: by how much the burst state explains them better than the base state, in
            nats (Kleinberg's weight of a burst); what it cost to go up is not subtracted.
    """

    first: int
    last: int
    total: int
    weight: float


def bursts(counts: Sequence[int]) -> list[Burst]:
    """The bursts of a series, in its order.

    Args:
        counts: articles in each period, consecutive periods, those without any included.
    """
    gains = [_gain(count, base) for count, base in zip(counts, usual(counts), strict=True)]
    found = []
    for bursting, run in groupby(enumerate(_states(gains)), key=lambda step: step[1]):
        numbers = [number for number, _ in run]
        total = sum(counts[number] for number in numbers)
        if bursting and total >= FEWEST:
            weight = sum(gains[number] for number in numbers)
            found.append(Burst(numbers[0], numbers[-1], total, weight))
    return found


def usual(counts: Sequence[int]) -> list[float]:
    """What each period would give without a burst: the level around it, at least the mean."""
    mean = fmean(counts) if counts else 0.0
    return [
        max(mean, median(counts[max(0, number - AROUND) : number + AROUND + 1]))
        for number in range(len(counts))
    ]


def _gain(count: int, base: float) -> float:
    """How much likelier (logarithm) a count is in the burst state than in the base state."""
    return count * log(RATIO) - (RATIO - 1) * base


def _states(gains: Sequence[float]) -> list[bool]:
    """For each period, whether the best path is in the burst state (Viterbi's algorithm)."""
    up = log(len(gains)) if gains else 0.0
    base, burst = 0.0, -up
    rose = []
    fell = []
    for gain in gains:
        rose.append(base - up > burst)
        fell.append(burst > base)
        base, burst = max(base, burst), max(base - up, burst) + gain
    states = []
    bursting = burst > base
    for from_base, from_burst in zip(reversed(rose), reversed(fell), strict=True):
        states.append(bursting)
        bursting = not from_base if bursting else from_burst
    return states[::-1]
