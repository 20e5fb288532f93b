"""Review: which claims a verdict would change most, and how often the program is right."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.store import VerdictCount
from analysis.tallies import first_of_each, narrowed

LEAST_VERDICTS = 20
"""Fewer verdicts than these say nothing of precision: the interval is wider than 30 points."""
UNMEASURED = 0.5
"""The confidence that a claim without one is taken to have."""
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Precision:
    """How often reviewers found the program's readings right.

    Attributes:
        lang: None for all languages together.
        judged: claims with a verdict that stands.
        right: those whose vendor and practice are right.
        exact: those of which polarity, certainty and kind of source are right as well.
        at_random: whether only claims drawn at random are counted; the others were chosen for
            being doubtful or important, so that more of them are wrong.
    """

    practice: str
    lang: str | None
    judged: int
    right: int
    exact: int
    at_random: bool

    @property
    def enough(self) -> bool:
        """Whether there are verdicts enough to say a share."""
        return self.judged >= LEAST_VERDICTS

    @property
    def share(self) -> float:
        """The share of right ones, 0 without verdicts."""
        return self.right / self.judged if self.judged else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share lies with 95 % probability."""
        return wilson(self.right, self.judged)


def wilson(right: int, judged: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), from 0 to 1; all of it without trials."""
    if not judged:
        return 0.0, 1.0
    share, square = right / judged, _Z * _Z
    middle = share + square / (2 * judged)
    width = _Z * math.sqrt((share * (1 - share) + square / (4 * judged)) / judged)
    scale = 1 + square / judged
    return max(0.0, (middle - width) / scale), min(1.0, (middle + width) / scale)


def precisions(counts: Iterable[VerdictCount]) -> list[Precision]:
    """Precision by practice and language, in the order of the counts.

    From the claims drawn at random where they are enough, from all verdicts otherwise.
    """
    groups: defaultdict[tuple[str, str | None], list[VerdictCount]] = defaultdict(list)
    for count in counts:
        groups[count.practice, count.lang].append(count)
    found = []
    for (practice, lang), group in groups.items():
        drawn = _precision(practice, lang, [one for one in group if one.at_random], True)
        found.append(drawn if drawn.enough else _precision(practice, lang, group, False))
    return found


def precision(counts: Iterable[VerdictCount], practice: str, lang: str | None) -> Precision:
    """The precision of one practice in one language."""
    of_it = [one for one in counts if one.practice == practice and one.lang == lang]
    return next(iter(precisions(of_it)), Precision(practice, lang, 0, 0, 0, False))


def _precision(
    practice: str, lang: str | None, group: list[VerdictCount], at_random: bool
) -> Precision:
    judged, right, exact = (
        sum(getattr(one, name) for one in group) for name in ("judged", "right", "exact")
    )
    return Precision(practice, lang, judged, right, exact, at_random)


def stakes(claims: pd.DataFrame) -> pd.DataFrame:
    """How much a verdict on each claim would change the comparison.

    A cell of the comparison says how many stories affirm or deny a practice of a vendor. A
    verdict can take one story away, and only the more so the fewer claims of the cell that
    story makes and the less sure the program was. So `weight` is

        1 / stories of the cell that say the same
        * 1 / claims in which this story says it
        * (1 - confidence)

    Args:
        claims: all that count, with the columns of `ClaimTable.rows`.

    Returns:
        `stories`, `in_story` and `weight`, on the same index.
    """
    vendors, practices = claims["vendor"].cat, claims["practice"].cat
    denied = (claims["polarity"] == "denied").to_numpy()
    cell = vendors.codes.to_numpy(dtype="int64") * len(practices.categories)
    cell = (cell + practices.codes.to_numpy()) * 2 + denied
    story = claims["story"].to_numpy(dtype="int64")
    width = int(story.max(initial=-1)) + 1
    said = narrowed(cell * width + story)
    # Sorted, claims that say the same stand together: no hash table of a million rows.
    order = np.argsort(said)
    starts = first_of_each(said[order])
    lengths = np.diff(starts, append=len(order))
    in_story = np.empty(len(order), "int32")
    in_story[order] = np.repeat(lengths, lengths)
    cells = cell[order[starts]]
    stories = np.bincount(cells, minlength=int(cell.max(initial=-1)) + 1).astype("int32")[cell]
    doubt = 1 - np.nan_to_num(claims["confidence"].to_numpy(), nan=UNMEASURED)
    return pd.DataFrame(
        {"stories": stories, "in_story": in_story, "weight": doubt / (stories * in_story)},
        index=claims.index,
    )


def first_by_weight(staked: pd.DataFrame, number: int) -> pd.DataFrame:
    """The claims whose verdicts matter most, in that order; among equals the newest article's."""
    weight = staked["weight"].to_numpy()
    if len(weight) > number:
        least = np.partition(weight, -number)[-number]
        staked = staked[weight >= least]
    return staked.sort_values("weight", ascending=False, kind="stable").head(number)


def drawn_at_random(staked: pd.DataFrame, number: int, seed: int) -> pd.DataFrame:
    """As many claims, each as likely as any other."""
    return staked.sample(min(number, len(staked)), random_state=seed)
