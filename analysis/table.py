"""Current claims in memory: columns of small numbers that pandas filters and counts.

A page over a million claims cannot wait for the database to count them. What is shown of
a single claim (its sentence, its source) stays in the store, by the claim's id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import union_categoricals

from analysis.store import CellCount, ClaimFilter
from analysis.store.columns import BEFORE_ALL, ID_LENGTH, Coded, Columns

FIELDS = ("vendor", "practice", "polarity", "certainty", "source_type")
REJECTED = "rejected"
_ID = f"S{ID_LENGTH}"
_Numbers = npt.NDArray[Any]
_Find = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Articles:
    """Articles in the order in which they were first read: their numbers stay.

    Attributes:
        named_in, named: numbers of articles, each with a vendor that its text names.
    """

    ids: _Numbers
    stories: _Numbers
    published: _Numbers
    outlet: pd.Categorical
    lang: pd.Categorical
    named_in: _Numbers
    named: pd.Categorical


class ClaimTable:
    """All current claims: newest article first, undated last, in reading order.

    Not changed once it is made, so threads may share it.
    """

    def __init__(
        self, change: int, articles: _Articles, ids: _Numbers, frame: pd.DataFrame, find: _Find
    ) -> None:
        self.change = change
        self._articles = articles
        self._claim_ids = ids
        self._frame = frame
        self._find = find

    @classmethod
    def empty(cls, find: _Find) -> Self:
        """The table of a store of which nothing is read yet; `find` gives claims by words."""
        nothing = np.zeros(0, dtype="int32")
        none = pd.Categorical.from_codes(nothing, pd.Index([], dtype="str"))
        articles = _Articles(
            nothing.astype(_ID),
            nothing.astype(_ID),
            nothing.astype("datetime64[us]"),
            none,
            none,
            nothing,
            none,
        )
        frame = pd.DataFrame(
            {
                **dict.fromkeys((*FIELDS, "verdict"), none),
                "article": nothing,
                "confidence": nothing.astype("float32"),
            }
        )
        return cls(BEFORE_ALL, articles, nothing.astype(_ID), _joined(articles, frame), find)

    def updated(self, read: Columns) -> ClaimTable:
        """The table with what was read of some articles in place of what it had of them."""
        numbers, articles = _with_articles(self._articles, read)
        changed = np.zeros(len(articles.ids), dtype=bool)
        changed[numbers] = True
        kept = np.flatnonzero(~changed[self._frame["article"].to_numpy()])
        ids, fresh = _claims(read, numbers)
        frame = pd.DataFrame(
            {
                name: _appended(self._frame[name].array[kept], fresh[name])
                for name in (*FIELDS, "verdict", "article", "confidence")
            },
            copy=False,
        )
        newest_first = np.empty(len(articles.ids), dtype="int32")
        # Turned over, NaT, the least of all numbers, comes last.
        moments = ~articles.published.view("int64")
        newest_first[np.lexsort((articles.ids, moments))] = np.arange(len(articles.ids))
        order = np.argsort(newest_first[frame["article"].to_numpy()], kind="stable")
        frame = _joined(articles, frame.take(order).reset_index(drop=True))
        ids = np.concatenate((self._claim_ids[kept], ids))[order]
        return ClaimTable(read.change, articles, ids, frame, self._find)

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
        numbers = self._frame["article"].to_numpy()[np.asarray(positions, dtype="int64")]
        return [key.decode() for key in self._articles.ids[numbers]]

    def coverage(self, wanted: ClaimFilter) -> dict[str, int]:
        """For each vendor, how many articles of the filter's outlets, languages and dates name it.

        Whether or not they make a claim. Vendors that none names are left out.
        """
        articles = self._articles
        conditions = [
            _among(column, keys)
            for column, keys in (
                (articles.lang, wanted.languages),
                (articles.outlet, wanted.outlets),
            )
            if keys
        ]
        conditions += _dated(articles.published, wanted)
        if wanted.articles:
            conditions.append(np.isin(articles.ids, np.asarray(wanted.articles, dtype=_ID)))
        named = articles.named.codes
        if conditions:
            named = named[np.logical_and.reduce(conditions)[articles.named_in]]
        counts = np.bincount(named, minlength=len(articles.named.categories)).tolist()
        return {
            vendor: count
            for vendor, count in zip(articles.named.categories, counts, strict=True)
            if count
        }

    def _passing(self, wanted: ClaimFilter) -> _Numbers | None:
        """Which rows pass; None for all."""
        frame = self._frame
        conditions = [
            _among(frame[name].array, keys)
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
        if not wanted.verdicts and REJECTED in frame["verdict"].cat.categories:
            conditions.append(~_among(frame["verdict"].array, (REJECTED,)))
        conditions += _dated(frame["day"].to_numpy(), wanted)
        if wanted.articles:
            known = np.isin(self._articles.ids, np.asarray(wanted.articles, dtype=_ID))
            conditions.append(known[frame["article"].to_numpy()])
        if wanted.text.split():
            found = np.asarray(self._find(wanted.text), dtype=_ID)
            conditions.append(np.isin(self._claim_ids, found))
        return np.logical_and.reduce(conditions) if conditions else None


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


def _with_articles(known: _Articles, read: Columns) -> tuple[_Numbers, _Articles]:
    """For each article that was read its number, and all articles with them."""
    ids = np.frombuffer(read.article_ids, dtype=_ID)
    by_id = np.argsort(known.ids)
    places = np.searchsorted(known.ids, ids, sorter=by_id)
    numbers = by_id[np.minimum(places, len(by_id) - 1)] if len(by_id) else places
    new = known.ids[numbers] != ids if len(by_id) else np.ones(len(ids), dtype=bool)
    numbers[new] = len(by_id) + np.arange(np.count_nonzero(new))

    def merged(old: Any, fresh: Any) -> Any:
        values = _appended(old, fresh[new])
        values[numbers] = fresh
        return values

    replaced = np.zeros(len(by_id) + len(ids), dtype=bool)
    replaced[numbers] = True
    kept = ~replaced[known.named_in]
    return numbers, _Articles(
        ids=merged(known.ids, ids),
        stories=merged(known.stories, np.frombuffer(read.stories, dtype=_ID)),
        published=merged(known.published, np.asarray(read.published).view("datetime64[us]")),
        outlet=merged(known.outlet, _category(read.outlets)),
        lang=merged(known.lang, _category(read.languages)),
        named_in=np.concatenate((known.named_in[kept], numbers[np.asarray(read.named_articles)])),
        named=_appended(known.named[kept], _category(read.named_vendors)),
    )


def _claims(read: Columns, numbers: _Numbers) -> tuple[_Numbers, dict[str, Any]]:
    """The claims that were read, within each article in reading order."""
    ids = np.frombuffer(read.claim_ids, dtype=_ID)
    fields = {name: _category(coded) for name, coded in read.claim_fields.items()}
    vendors, practices = (_ranks(fields[name]) for name in ("vendor", "practice"))
    places = np.asarray(read.starts), np.asarray(read.paragraphs)
    order = np.lexsort((ids, practices, vendors, *places))
    confidence = np.asarray(read.confidences)[order]
    confidence[confidence < 0] = np.nan
    return ids[order], {
        **{name: column[order] for name, column in fields.items()},
        "article": numbers[np.asarray(read.claim_articles)][order].astype("int32"),
        "confidence": confidence,
    }


def _joined(articles: _Articles, claims: pd.DataFrame) -> pd.DataFrame:
    """Claims with what is known of their articles."""
    article = claims["article"].to_numpy()
    stories, _ = pd.factorize(articles.stories)
    return claims.assign(
        lang=articles.lang[article],
        outlet=articles.outlet[article],
        story=stories.astype("int32")[article],
        day=articles.published.astype("datetime64[D]").astype("datetime64[s]")[article],
    )


def _appended(old: Any, fresh: Any) -> Any:
    if isinstance(fresh, pd.Categorical):
        return union_categoricals([old, fresh])
    return np.concatenate((old, fresh))


def _category(coded: Coded) -> pd.Categorical:
    return pd.Categorical.from_codes(np.asarray(coded.codes), pd.Index(coded.keys, dtype="str"))


def _ranks(values: pd.Categorical) -> _Numbers:
    """For each value its place in alphabetical order."""
    ranks: _Numbers = np.argsort(np.argsort(values.categories))[values.codes]
    return ranks


def _among(values: Any, keys: Sequence[str]) -> _Numbers:
    # One place more, which -1, the code of None, points to.
    chosen = np.zeros(len(values.categories) + 1, dtype=bool)
    chosen[:-1] = values.categories.isin(keys)
    found: _Numbers = chosen[values.codes]
    return found


def _dated(moments: _Numbers, wanted: ClaimFilter) -> list[_Numbers]:
    found = []
    if wanted.date_from is not None:
        found.append(moments >= np.datetime64(wanted.date_from))
    if wanted.date_to is not None:
        found.append(moments < np.datetime64(wanted.date_to) + np.timedelta64(1, "D"))
    return found
