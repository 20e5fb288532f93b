"""Current claims in memory: columns of small numbers that pandas filters and counts.

A page over a million claims cannot wait for the database to count them. What is shown of
a single claim (its sentence, its source) stays in the store, by the claim's id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.store import CellCount, ClaimFilter
from analysis.store.columns import ArticleColumns, ClaimColumns, Coded

FIELDS = ("vendor", "practice", "polarity", "certainty", "source_type")
ON_ARTICLES = ("lang", "outlet")
REJECTED = "rejected"
_EPOCH = date(1970, 1, 1).toordinal()
_Numbers = npt.NDArray[Any]


class ClaimTable:
    """All current claims: newest article first, undated last, in reading order.

    Not changed once it is made, so threads may share it.
    """

    def __init__(
        self,
        articles: ArticleColumns,
        claims: ClaimColumns,
        find: Callable[[str], Sequence[str]],
    ) -> None:
        self._find = find
        vendors, practices = (_ranks(claims.fields[name].keys) for name in ("vendor", "practice"))
        order = np.lexsort(
            (
                np.asarray(claims.ids, dtype="S"),
                practices[_numbers(claims.fields["practice"].codes)],
                vendors[_numbers(claims.fields["vendor"].codes)],
                _numbers(claims.starts),
                _numbers(claims.paragraphs),
                _numbers(claims.articles),
            )
        )
        self._claim_ids = np.asarray(claims.ids, dtype="S")[order]
        self._article_ids = np.asarray(articles.ids, dtype="S")
        article = _numbers(claims.articles)[order]
        days = _numbers(articles.days)
        published = (days.astype("int64") - _EPOCH).astype("datetime64[D]")
        published[days == 0] = np.datetime64("NaT")
        confidence = np.asarray(claims.confidences, dtype="float32")[order]
        confidence[confidence < 0] = np.nan
        columns: dict[str, Any] = {
            **{name: _category(claims.fields[name], order) for name in FIELDS},
            "lang": _category(articles.languages, article),
            "outlet": _category(articles.outlets, article),
            "verdict": _category(claims.fields["verdict"], order),
            "article": article,
            "story": _numbers(articles.stories.codes)[article],
            "day": published.astype("datetime64[s]")[article],
            "confidence": confidence,
        }
        self._frame = pd.DataFrame(columns, copy=False)

    def __len__(self) -> int:
        return len(self._frame)

    def rows(self, wanted: ClaimFilter) -> pd.DataFrame:
        """The claims that pass; the index gives each its position in the table.

        Columns: `vendor, practice, polarity, certainty, source_type, lang, outlet, verdict`
        (categories of keys), `article`, `story` (numbers: equal where articles or stories
        are the same), `day` (of publication, UTC; NaT for undated), `confidence` (NaN for
        unknown). Rejected claims are left out unless the filter asks for them.
        """
        passing = self._passing(wanted)
        return self._frame if passing is None else self._frame[passing]

    def count(self, wanted: ClaimFilter) -> int:
        """How many claims pass."""
        passing = self._passing(wanted)
        return len(self._frame) if passing is None else int(np.count_nonzero(passing))

    def claim_ids(self, positions: Sequence[int] | pd.Index) -> list[str]:
        """The ids of the claims at some positions."""
        return [key.decode() for key in self._claim_ids[np.asarray(positions, dtype="int64")]]

    def article_ids(self, positions: Sequence[int] | pd.Index) -> list[str]:
        """The ids of the articles that make the claims at some positions."""
        articles = self._frame["article"].to_numpy()[np.asarray(positions, dtype="int64")]
        return [key.decode() for key in self._article_ids[articles]]

    def _passing(self, wanted: ClaimFilter) -> _Numbers | None:
        """Which rows pass; None for all."""
        conditions = [
            self._among(name, keys)
            for name, keys in (
                ("vendor", wanted.vendors),
                ("practice", wanted.practices),
                ("source_type", wanted.source_types),
                ("polarity", wanted.polarities),
                ("certainty", wanted.certainties),
                ("lang", wanted.languages),
                ("outlet", wanted.outlets),
                ("verdict", wanted.verdicts),
            )
            if keys
        ]
        verdicts = self._frame["verdict"].cat.categories
        if not wanted.verdicts and REJECTED in verdicts:
            conditions.append(~self._among("verdict", (REJECTED,)))
        day = self._frame["day"].to_numpy()
        if wanted.date_from is not None:
            conditions.append(day >= np.datetime64(wanted.date_from))
        if wanted.date_to is not None:
            conditions.append(day <= np.datetime64(wanted.date_to))
        if wanted.articles:
            known = np.isin(self._article_ids, np.asarray(wanted.articles, dtype="S"))
            conditions.append(known[self._frame["article"].to_numpy()])
        if wanted.text.split():
            found = np.asarray(self._find(wanted.text), dtype="S16")
            conditions.append(np.isin(self._claim_ids, found))
        return np.logical_and.reduce(conditions) if conditions else None

    def _among(self, name: str, keys: Sequence[str]) -> _Numbers:
        values = self._frame[name].cat
        # One place more, which -1, the code of None, points to.
        chosen = np.zeros(len(values.categories) + 1, dtype=bool)
        chosen[:-1] = values.categories.isin(keys)
        return chosen[values.codes.to_numpy()]


def cells(rows: pd.DataFrame) -> list[CellCount]:
    """Claims counted by vendor and practice; cells without a claim are left out."""
    vendors, practices = rows["vendor"].cat, rows["practice"].cat
    across = len(practices.categories)
    size = len(vendors.categories) * across
    cell = vendors.codes.to_numpy(dtype="int64") * across + practices.codes.to_numpy()
    denied = (rows["polarity"] == "denied").to_numpy()
    uncertain = (rows["certainty"] == "uncertain").to_numpy()

    def counted(which: _Numbers) -> _Numbers:
        return np.bincount(cell[which], minlength=size)

    def distinct(codes: _Numbers) -> tuple[_Numbers, _Numbers, _Numbers]:
        """Different codes in each cell: in all, affirmed, denied."""
        width = int(codes.max(initial=-1)) + 1
        pairs = pd.unique((cell * 2 + denied) * width + codes)
        by_polarity = np.bincount(pairs // width, minlength=2 * size)
        both = pd.unique(pairs // width // 2 * width + pairs % width)
        total = np.bincount(both // width, minlength=size)
        return total, by_polarity[0::2], by_polarity[1::2]

    articles, _, _ = distinct(rows["article"].to_numpy(dtype="int64"))
    outlets, affirmed_outlets, denied_outlets = distinct(
        rows["outlet"].cat.codes.to_numpy(dtype="int64")
    )
    stories, affirmed_stories, denied_stories = distinct(rows["story"].to_numpy(dtype="int64"))
    figures = {
        "affirmed": counted(~denied),
        "denied": counted(denied),
        "uncertain": counted(uncertain),
        "articles": articles,
        "outlets": outlets,
        "affirmed_outlets": affirmed_outlets,
        "denied_outlets": denied_outlets,
        "stories": stories,
        "affirmed_uncertain": counted(uncertain & ~denied),
        "denied_uncertain": counted(uncertain & denied),
        "affirmed_stories": affirmed_stories,
        "denied_stories": denied_stories,
    }
    found = [
        CellCount(
            vendors.categories[number // across],
            practices.categories[number % across],
            **{name: int(counts[number]) for name, counts in figures.items()},
        )
        for number in np.flatnonzero(articles).tolist()
    ]
    return sorted(found, key=lambda cell: (cell.vendor, cell.practice))


def _numbers(values: Any) -> _Numbers:
    return np.asarray(values, dtype="int32")


def _ranks(keys: Sequence[str]) -> _Numbers:
    """For each key its place in alphabetical order."""
    ranks = np.empty(len(keys), dtype="int32")
    ranks[np.argsort(np.asarray(keys, dtype=object))] = np.arange(len(keys))
    return ranks


def _category(coded: Coded, order: _Numbers) -> pd.Categorical:
    codes = _numbers(coded.codes)[order]
    return pd.Categorical.from_codes(codes, pd.Index(coded.keys, dtype="str"))
