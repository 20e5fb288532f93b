"""Which claim is the strongest evidence for what the press says of a vendor and a practice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.tallies import first_of_each

if TYPE_CHECKING:
    import pandas as pd

    _Numbers = np.ndarray[Any, np.dtype[Any]]

CHECKED = ("accepted", "corrected")
"""Verdicts by which a person stands behind a claim."""
SUBJECT = ["vendor", "practice", "polarity"]


def strongest(rows: pd.DataFrame) -> dict[tuple[str, str, str], int]:
    """The strongest claim of every vendor, practice and polarity, as its index in `rows`.

    Each criterion decides between the claims that those before it left equal: checked by
    a person; stated with certainty; read with the higher confidence, to a tenth, unknown
    last; attributed to a source, not in the article's own voice; the same kind of source
    says so in more independent stories; newest. How surely a claim was read comes before
    whose word it is: a sentence that was misread is no evidence.

    Args:
        rows: claims, as `ClaimTable.rows` gives them: newest first.
    """
    left = rows[SUBJECT].assign(
        subject=_numbers(rows, SUBJECT),
        checked=rows["verdict"].isin(CHECKED),
        certain=rows["certainty"] == "certain",
        confidence=(rows["confidence"].fillna(0) * 10).round(),
        attributed=rows["source_type"] != "article",
        stories=_stories(rows),
    )
    for criterion in ("checked", "certain", "confidence", "attributed", "stories"):
        best = left.groupby("subject")[criterion].transform("max")
        left = left[left[criterion] == best]
    left = left.drop_duplicates("subject")
    return {
        (str(vendor), str(practice), str(polarity)): int(index)
        for index, vendor, practice, polarity in left[SUBJECT].itertuples()
    }


def _stories(rows: pd.DataFrame) -> _Numbers:
    """For each claim, in how many stories the same kind of source says the same."""
    said = _numbers(rows, [*SUBJECT, "source_type"])
    story = rows["story"].to_numpy("int64")
    width = int(story.max(initial=0)) + 1
    told = np.sort(said * width + story)
    in_stories: _Numbers = np.bincount(told[first_of_each(told)] // width)
    return in_stories[said]


def _numbers(rows: pd.DataFrame, names: Iterable[str]) -> _Numbers:
    """One number for the values that a claim has in some columns together."""
    numbers = np.zeros(len(rows), dtype="int64")
    for name in names:
        column = rows[name].cat
        numbers = numbers * len(column.categories) + column.codes.to_numpy()
    return numbers
