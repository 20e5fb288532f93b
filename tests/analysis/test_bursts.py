"""Bursts of counts: what stands out, and what must not."""

from __future__ import annotations

import random
from itertools import product
from math import log

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.bursts import RATIO, Burst, bursts, states, usual


def spans(counts: list[int]) -> list[tuple[int, int, int]]:
    return [(burst.first, burst.last, burst.total) for burst in bursts(counts)]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        # One event, and the month after it that still speaks of it.
        ([0, 1, 0, 0, 14, 6, 0, 1, 0, 0, 1, 0], [(4, 5, 20)]),
        # Two events, months apart.
        ([1, 0, 12, 0, 1, 0, 0, 1, 0, 11, 1, 0], [(2, 2, 12), (9, 9, 11)]),
        # A weak month between two strong ones does not cut the event in two.
        ([0] * 10 + [20, 4, 18] + [0] * 10, [(10, 12, 42)]),
        # Two quiet months do, also where articles are so few that the path stays up.
        ([1] + [0] * 40 + [5, 0, 0, 4, 7, 0, 1] + [0] * 40, [(41, 41, 5), (44, 47, 12)]),
        # At either end of the series.
        ([15, 0, 0, 1, 0, 0, 1, 0], [(0, 0, 15)]),
        ([1, 0, 0, 1, 0, 0, 0, 15], [(7, 7, 15)]),
        # On a high level as on a low one.
        ([20, 22, 19, 21, 90, 18, 20, 23, 21, 19], [(4, 4, 90)]),
    ],
)
def test_an_event_stands_out(counts: list[int], expected: list[tuple[int, int, int]]) -> None:
    assert spans(counts) == expected


@pytest.mark.parametrize(
    "counts",
    [
        [],
        [0],
        [100],
        [0, 0, 0, 0],
        [10, 10, 10],
        [3, 2, 4, 3, 2, 3, 5, 2, 3, 4],
        # A store holds more of late years than of early ones: a level, not an event.
        [2] * 36 + [20] * 36,
        # So does one that was filled in steps.
        [1] * 24 + [8] * 24 + [30] * 24,
    ],
)
def test_even_coverage_has_no_event(counts: list[int]) -> None:
    assert spans(counts) == []


@pytest.mark.parametrize("periods", [1, 2, 3, 12, 120])
@pytest.mark.parametrize("articles", [1, 2])
def test_one_or_two_articles_are_no_event(periods: int, articles: int) -> None:
    for place in range(min(periods, 12)):
        counts = [0] * periods
        counts[place] = articles
        assert spans(counts) == []


def test_weeks_work_as_months_do() -> None:
    weeks = [0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0] * 8
    weeks[40:43] = [9, 12, 4]
    assert spans(weeks) == [(40, 42, 25)]


def test_chance_alone_seldom_makes_an_event() -> None:
    chance = random.Random(7)

    def poisson(rate: float) -> int:
        events, waited = 0, chance.expovariate(rate)
        while waited < 1:
            events, waited = events + 1, waited + chance.expovariate(rate)
        return events

    series = [[poisson(rate) for _ in range(60)] for rate in (0.2, 1, 5, 20) for _ in range(50)]
    assert sum(bool(bursts(counts)) for counts in series) <= len(series) * 0.05


def test_what_is_usual_follows_the_level_and_never_falls_under_the_mean() -> None:
    levels = usual([2] * 20 + [20] * 20)
    assert levels[:10] == [11] * 10
    assert levels[-10:] == [20] * 10


def test_a_heavier_burst_weighs_more() -> None:
    light, heavy = bursts([0] * 10 + [8] + [0] * 10 + [30] + [0] * 10)
    assert isinstance(light, Burst)
    assert 0 < light.weight < heavy.weight


def cost(counts: list[int], path: tuple[bool, ...]) -> float:
    """What a path costs, as the paper has it, without what all paths have in common."""
    total, before = 0.0, False
    for count, base, bursting in zip(counts, usual(counts), path, strict=True):
        rate = base * (RATIO if bursting else 1)
        total += rate - (count * log(rate) if count else 0)
        total += log(len(counts)) if bursting and not before else 0
        before = bursting
    return total


@given(st.lists(st.integers(0, 40), min_size=1, max_size=9))
def test_no_other_path_is_cheaper(counts: list[int]) -> None:
    assume(any(counts))
    paths = product((False, True), repeat=len(counts))
    assert cost(counts, tuple(states(counts))) <= min(cost(counts, p) for p in paths) + 1e-9
