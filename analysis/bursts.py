"""Bursts in a series of counts: the stretches in which the press wrote far more than usual.

The two-state automaton of Jon Kleinberg, "Bursty and Hierarchical Structure in Streams"
(KDD 2002; Data Mining and Knowledge Discovery 7, 2003), on periods of equal length (days,
weeks, months) with Poisson counts: in its base state a period gives as many articles as is
usual around it, in its burst state `RATIO` times as many. Going up costs ln(number of periods),
going down nothing; the cheapest path through all periods says which of them are bursts. So
one article more never makes a burst, and two strong months with a weak one between them are
one burst, not two. Where articles are few, the path stays up over many empty months, for going
up again would cost more; two quiet periods in a row then end a burst, so that what happened
half a year apart has two names.

What is usual is read from the series itself: the median of the periods around, and never less
than the mean of all. A store that holds more of recent years than of early ones has a higher
level then, not one long burst.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from statistics import fmean, median

RATIO = 3.0
"""How many times the usual a burst's periods give."""
AROUND = 6
"""Periods on either side of one that say what is usual for it."""
FEWEST = 3
"""A burst has at least so many articles."""
QUIET = 2
"""So many periods in a row that are no better explained by a burst end it."""


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
    gains = _gains(counts)
    found = []
    for numbers in _stretches(states(counts), gains):
        total = sum(counts[number] for number in numbers)
        if total >= FEWEST:
            weight = sum(gains[number] for number in numbers)
            found.append(Burst(numbers[0], numbers[-1], total, weight))
    return found


def states(counts: Sequence[int]) -> list[bool]:
    """For each period, whether the cheapest path is in the burst state (Viterbi's algorithm)."""
    gains = _gains(counts)
    up = log(len(gains)) if gains else 0.0
    base, burst = 0.0, -up
    rose = []
    fell = []
    for gain in gains:
        rose.append(base - up > burst)
        fell.append(burst > base)
        base, burst = max(base, burst), max(base - up, burst) + gain
    found = []
    bursting = burst > base
    for from_base, from_burst in zip(reversed(rose), reversed(fell), strict=True):
        found.append(bursting)
        bursting = not from_base if bursting else from_burst
    return found[::-1]


def usual(counts: Sequence[int]) -> list[float]:
    """What each period would give without a burst: the level around it, at least the mean."""
    mean = fmean(counts) if counts else 0.0
    return [
        max(mean, median(counts[max(0, number - AROUND) : number + AROUND + 1]))
        for number in range(len(counts))
    ]


def _gains(counts: Sequence[int]) -> list[float]:
    """How much likelier (logarithm) each count is in the burst state than in the base state."""
    return [
        count * log(RATIO) - (RATIO - 1) * base
        for count, base in zip(counts, usual(counts), strict=True)
    ]


def _stretches(bursting: Sequence[bool], gains: Sequence[float]) -> list[list[int]]:
    """The periods of each burst: those in the burst state, cut where several are quiet."""
    found: list[list[int]] = []
    for number in (n for n, state in enumerate(bursting) if state and gains[n] > 0):
        if found and number - found[-1][-1] <= QUIET:
            found[-1] += range(found[-1][-1] + 1, number + 1)
        else:
            found.append([number])
    return found
