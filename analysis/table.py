"""Current claims in memory: columns of small numbers that pandas filters and counts.

A page over a million claims cannot wait for the database to count them. What is shown of
a single claim (its sentence, its source) stays in the store, by the claim's id.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import repeat
from threading import Lock
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import union_categoricals

from analysis.errors import StoreError
from analysis.store import CellCount, ClaimFilter, Crawl, Facets, MonthOfArticles, Overview, Store
from analysis.store.columns import BEFORE_ALL, FIELDS, ID_LENGTH, SEPARATOR, Coded, Columns
from analysis.store.schema import fold
from analysis.tallies import distinct, first_of_each
from analysis.words import Spelt, Words

REJECTED = "rejected"
KEPT = 8
"""Filters of which a table remembers what passes: a page asks for the same one several times."""
WORN = 100_000
"""Texts of claims as they were before that a small table may keep."""
_DIGITS = re.compile(f"[0-9a-f]{{{ID_LENGTH}}}")
_Numbers = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class _Articles:
    """Articles in the order in which they were first read: their numbers stay.

    Attributes:
        ids: read as numbers, as those of claims are: half as large, and quickly compared.
        named_in, named: numbers of articles, each with a vendor that its text names.
    """

    ids: _Numbers
    published: _Numbers
    story: pd.Categorical
    outlet: pd.Categorical
    outlet_names: dict[str, str]
    lang: pd.Categorical
    named_in: _Numbers
    named: pd.Categorical


class _Kept:
    """The last few of what took time to find; threads may share it."""

    def __init__(self) -> None:
        self._found: OrderedDict[Hashable, _Numbers] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> _Numbers | None:
        """What was found, if it is still known."""
        with self._lock:
            if key not in self._found:
                return None
            self._found.move_to_end(key)
            return self._found[key]

    def keep(self, key: Hashable, found: _Numbers) -> _Numbers:
        """Keeps it, and lets go what was not asked for the longest time."""
        with self._lock:
            self._found[key] = found
            while len(self._found) > KEPT:
                self._found.popitem(last=False)
        return found


class ClaimTable:
    """All current claims: newest article first, undated last, in reading order.

    Not changed once it is made, so threads may share it.
    """

    def __init__(
        self,
        change: int,
        articles: _Articles,
        ids: _Numbers,
        frame: pd.DataFrame,
        words: Words,
        texts: _Numbers,
    ) -> None:
        self.change = change
        self._articles = articles
        self._claim_ids = ids
        self._frame = frame
        self._words = words
        self._texts = texts  # the number in `words` of each claim
        self._with_words = _Kept()
        self._that_pass = _Kept()

    @classmethod
    def empty(cls) -> Self:
        """The table of a store of which nothing is read yet."""
        numbers = np.zeros(0, dtype="int32")
        ids, moments = numbers.astype("uint64"), numbers.astype("datetime64[us]")
        none = pd.Categorical.from_codes(numbers, pd.Index([], dtype="str"))
        articles = _Articles(ids, moments, none, none, {}, none, numbers, none)
        columns = dict.fromkeys(FIELDS, none)
        frame = pd.DataFrame(
            {**columns, "article": numbers, "confidence": numbers.astype("float32")}
        )
        return cls(BEFORE_ALL, articles, ids, _joined(articles, frame), Words(), numbers)

    def updated(self, store: Store) -> ClaimTable:
        """The table with the articles that have changed in its store since as they are now.

        Raises:
            StoreError: the store cannot be read.
        """
        spelt = Spelt()
        return self._with(store.columns(self.change, spelt.extend), spelt.words())

    def _with(self, read: Columns, words: Words) -> ClaimTable:
        """The table with what was read of some articles in place of what it had of them."""
        numbers, articles = _with_articles(self._articles, read)
        changed = np.zeros(len(articles.ids), dtype=bool)
        changed[numbers] = True
        kept = np.flatnonzero(~changed[self._frame["article"].to_numpy()])
        ids = _numbered(read.claim_ids.decode())
        rows, fresh = _claims(read, ids, numbers)
        frame = pd.DataFrame(
            {
                name: _appended(self._frame[name].array[kept], fresh[name])
                for name in (*FIELDS, "article", "confidence")
            },
            copy=False,
        )
        newest_first = np.empty(len(articles.ids), dtype="int32")
        # Turned over, NaT, the least of all numbers, comes last.
        moments = ~articles.published.view("int64")
        newest_first[np.lexsort((articles.ids, moments))] = np.arange(len(articles.ids))
        order = np.argsort(newest_first[frame["article"].to_numpy()], kind="stable")
        frame = _joined(articles, frame.take(order).reset_index(drop=True))
        ids = np.concatenate((self._claim_ids[kept], ids[rows]))
        # The words are those of current claims alone.
        places = np.cumsum(np.asarray(read.claim_articles) >= 0, dtype="int32") - 1
        texts = np.concatenate((self._texts[kept], len(self._words) + places[rows]))
        every = self._words.followed_by(words)
        return ClaimTable(read.change, articles, ids[order], frame, every, texts[order])

    @property
    def worn(self) -> bool:
        """Whether most of the words that it knows are of claims as they were before."""
        return len(self._words) > 2 * len(self) + WORN

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

    def positions(self, wanted: ClaimFilter) -> _Numbers:
        """Where the claims that pass stand in the table."""
        passing = self._passing(wanted)
        return np.arange(len(self)) if passing is None else np.flatnonzero(passing)

    def count(self, wanted: ClaimFilter) -> int:
        """How many claims pass."""
        passing = self._passing(wanted)
        return len(self._frame) if passing is None else int(np.count_nonzero(passing))

    def claim_ids(self, positions: Sequence[int] | pd.Index | _Numbers) -> list[str]:
        """The ids of the claims at some positions."""
        return _texts(self._claim_ids[np.asarray(positions, dtype="int64")])

    def article_ids(self, positions: Sequence[int] | pd.Index | _Numbers) -> list[str]:
        """The ids of the articles that make the claims at some positions."""
        numbers = self._frame["article"].to_numpy()[np.asarray(positions, dtype="int64")]
        return _texts(self._articles.ids[numbers])

    def overview(self, unread: int, outcomes: dict[str, int], last_crawl: Crawl | None) -> Overview:
        """The store in figures, with those that are not of articles and their claims."""
        articles = self._articles
        undated = np.isnat(articles.published)
        dated = articles.published[~undated]
        return Overview(
            articles=len(articles.ids),
            outlets=len(_tally(articles.outlet)),
            claims=self.count(ClaimFilter()),
            undated=int(undated.sum()),
            unread=unread,
            languages=_languages(articles.lang),
            first_published=_moment(dated.min()) if len(dated) else None,
            last_published=_moment(dated.max()) if len(dated) else None,
            pages=sum(outcomes.values()),
            outcomes=outcomes,
            last_crawl=last_crawl,
        )

    def facets(self) -> Facets:
        """The values of the filters that claims have, with their numbers of claims."""
        rows = self.rows(ClaimFilter())
        outlets = _tally(rows["outlet"].array)
        days = rows["day"]
        return Facets(
            vendors=_tally(rows["vendor"].array),
            practices=_tally(rows["practice"].array),
            source_types=_tally(rows["source_type"].array),
            polarities=_tally(rows["polarity"].array),
            certainties=_tally(rows["certainty"].array),
            languages=_tally(rows["lang"].array),
            outlets=outlets,
            outlet_names={key: self._articles.outlet_names[key] for key in outlets},
            date_min=_day(days.min()),
            date_max=_day(days.max()),
        )

    def articles_by_month(self) -> list[MonthOfArticles]:
        """Stored articles by outlet, language and month of publication."""
        articles = self._articles
        months = articles.published.astype("datetime64[M]").astype("datetime64[s]")
        columns = {"outlet": articles.outlet, "lang": articles.lang, "month": months}
        groups = pd.DataFrame(columns).groupby(list(columns), observed=True, dropna=False)
        rows: Any = groups.size().reset_index(name="articles").itertuples()
        return [
            MonthOfArticles(
                outlet=row.outlet,
                outlet_name=articles.outlet_names[row.outlet],
                lang=None if pd.isna(row.lang) else row.lang,
                year=None if pd.isna(row.month) else row.month.year,
                month=None if pd.isna(row.month) else row.month.month,
                articles=int(row.articles),
            )
            for row in rows
        ]

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
            conditions.append(_known(articles.ids, wanted.articles))
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
        known = self._that_pass.get(wanted)
        if known is None:
            conditions = self._conditions(wanted)
            if not conditions:
                return None
            known = self._that_pass.keep(wanted, np.logical_and.reduce(conditions))
        return known

    def _conditions(self, wanted: ClaimFilter) -> list[_Numbers]:
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
            asked = _known(self._articles.ids, wanted.articles)
            conditions.append(asked[frame["article"].to_numpy()])
        if wanted.text.split():
            conditions.append(self._having_words(wanted.text))
        return conditions

    def _having_words(self, text: str) -> _Numbers:
        known = self._with_words.get(text)
        if known is None:
            found = self._words.having(fold(text).split())
            known = self._with_words.keep(text, found[self._texts])
        return known


def cells(rows: pd.DataFrame) -> list[CellCount]:
    """Claims counted by vendor and practice; cells without a claim are left out."""
    vendors, practices = rows["vendor"].cat, rows["practice"].cat
    across = len(practices.categories)
    size = len(vendors.categories) * across
    denied = (rows["polarity"] == "denied").to_numpy()
    uncertain = (rows["certainty"] == "uncertain").to_numpy()
    cell = vendors.codes.to_numpy(dtype="int64") * across + practices.codes.to_numpy()
    claims = np.bincount(cell * 4 + denied * 2 + uncertain, minlength=4 * size).reshape(size, 2, 2)

    def counted(codes: _Numbers) -> tuple[_Numbers, _Numbers, _Numbers]:
        """Different codes in each cell: in all, affirmed, denied."""
        width = int(codes.max(initial=-1)) + 1
        said = distinct((cell * width + codes) * 2 + denied)
        both = said[first_of_each(said >> 1)] >> 1
        by_side = np.bincount((said >> 1) // width * 2 + (said & 1), minlength=2 * size)
        return np.bincount(both // width, minlength=size), by_side[0::2], by_side[1::2]

    articles, _, _ = counted(rows["article"].to_numpy())
    outlets, affirmed_outlets, denied_outlets = counted(rows["outlet"].cat.codes.to_numpy())
    stories, affirmed_stories, denied_stories = counted(rows["story"].to_numpy())
    figures = {
        "affirmed": claims[:, 0].sum(axis=1),
        "denied": claims[:, 1].sum(axis=1),
        "uncertain": claims[:, :, 1].sum(axis=1),
        "articles": articles,
        "outlets": outlets,
        "affirmed_outlets": affirmed_outlets,
        "denied_outlets": denied_outlets,
        "stories": stories,
        "affirmed_uncertain": claims[:, 0, 1],
        "denied_uncertain": claims[:, 1, 1],
        "affirmed_stories": affirmed_stories,
        "denied_stories": denied_stories,
    }
    there = np.flatnonzero(articles)
    columns = [counts[there].tolist() for counts in figures.values()]
    # Lists, since an index of pandas takes long to give one of its keys.
    names = list(vendors.categories), list(practices.categories)
    found = [
        CellCount(
            names[0][number // across],
            names[1][number % across],
            **dict(zip(figures, counts, strict=True)),
        )
        for number, *counts in zip(there.tolist(), *columns, strict=True)
    ]
    return sorted(found, key=lambda cell: (cell.vendor, cell.practice))


def _tally(values: Any) -> dict[str, int]:
    """How many rows have each value, most frequent first."""
    counts = np.bincount(values.codes[values.codes >= 0], minlength=len(values.categories))
    pairs = zip(values.categories, counts.tolist(), strict=True)
    return dict(sorted(((k, n) for k, n in pairs if n), key=lambda pair: (-pair[1], pair[0])))


def _languages(values: Any) -> dict[str | None, int]:
    """How many articles there are in each language, most frequent first; None: unknown."""
    found: dict[str | None, int] = dict(_tally(values).items())
    unknown = int((values.codes < 0).sum())
    if unknown:
        found[None] = unknown
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _day(moment: Any) -> date | None:
    return None if pd.isna(moment) else moment.date()


def _moment(value: Any) -> datetime:
    moment: datetime = value.item()
    return moment.replace(tzinfo=UTC)


def _with_articles(known: _Articles, read: Columns) -> tuple[_Numbers, _Articles]:
    """For each article that was read its number, and all articles with them."""
    ids = _numbered(read.article_ids.decode())
    by_id = np.argsort(known.ids)
    places = np.searchsorted(known.ids, ids, sorter=by_id)
    numbers = by_id[np.minimum(places, len(by_id) - 1)] if len(by_id) else places
    new = known.ids[numbers] != ids if len(by_id) else np.ones(len(ids), dtype=bool)
    numbers[new] = len(by_id) + np.arange(np.count_nonzero(new))
    # Where in "what was known, then what was read" each article stands.
    source = np.arange(len(by_id) + np.count_nonzero(new))
    source[numbers] = len(by_id) + np.arange(len(ids))

    def merged(old: Any, fresh: Any) -> Any:
        return _appended(old, fresh)[source]

    replaced = np.zeros(len(source), dtype=bool)
    replaced[numbers] = True
    kept = ~replaced[known.named_in]
    named_in = np.asarray(read.named_articles)
    return numbers, _Articles(
        ids=merged(known.ids, ids),
        published=merged(known.published, np.asarray(read.published).view("datetime64[us]")),
        story=merged(known.story, _category(read.stories)),
        outlet=merged(known.outlet, _category(read.outlets)),
        outlet_names=known.outlet_names | read.outlet_names,
        lang=merged(known.lang, _category(read.languages)),
        named_in=np.concatenate((known.named_in[kept], numbers[named_in[named_in >= 0]])),
        named=_appended(known.named[kept], _category(read.named_vendors)[named_in >= 0]),
    )


def _claims(read: Columns, ids: _Numbers, numbers: _Numbers) -> tuple[_Numbers, dict[str, Any]]:
    """The rows of the current claims, within each article in reading order; their columns so."""
    articles = np.asarray(read.claim_articles)
    fields = _fields(read.claim_fields)
    vendors, practices = (_ranks(fields[name]) for name in ("vendor", "practice"))
    places = np.asarray(read.starts), np.asarray(read.paragraphs)
    order = np.lexsort((ids, practices, vendors, *places))
    order = order[articles[order] >= 0]
    confidence = np.asarray(read.confidences)[order]
    confidence[confidence < 0] = np.nan
    return order, {
        **{name: column[order] for name, column in fields.items()},
        "article": numbers[articles[order]].astype("int32"),
        "confidence": confidence,
    }


def _fields(joined: Coded) -> dict[str, pd.Categorical]:
    """The columns that were read as one text."""
    codes = np.asarray(joined.codes)
    if codes.min(initial=0) < 0:
        raise StoreError(f"a claim in the store lacks one of {', '.join(FIELDS)}")
    parts = [key.split(SEPARATOR) for key in joined.keys]
    columns = zip(*parts, strict=True) if parts else repeat((), len(FIELDS))
    found = {}
    for name, values in zip(FIELDS, columns, strict=True):
        numbers, keys = pd.factorize(pd.Index(values, dtype="str"))
        found[name] = pd.Categorical.from_codes(numbers[codes], keys)
    return found


def _joined(articles: _Articles, claims: pd.DataFrame) -> pd.DataFrame:
    """Claims with what is known of their articles."""
    article = claims["article"].to_numpy()
    return claims.assign(
        lang=articles.lang[article],
        outlet=articles.outlet[article],
        story=articles.story.codes.astype("int32")[article],
        day=articles.published.astype("datetime64[D]").astype("datetime64[s]")[article],
    )


def _appended(old: Any, fresh: Any) -> Any:
    if isinstance(fresh, pd.Categorical):
        return union_categoricals([old, fresh])
    return np.concatenate((old, fresh))


def _category(coded: Coded) -> pd.Categorical:
    return pd.Categorical.from_codes(np.asarray(coded.codes), pd.Index(coded.keys, dtype="str"))


def _numbered(ids: str) -> _Numbers:
    """Ids, one after the other, as the numbers that their digits stand for."""
    return np.frombuffer(bytes.fromhex(ids), dtype=">u8").astype("uint64")


def _known(ids: _Numbers, asked: Sequence[str]) -> _Numbers:
    """Which ids are asked for; others may be anything that an address says."""
    possible = "".join(key for key in asked if _DIGITS.fullmatch(key))
    return np.isin(ids, _numbered(possible))


def _texts(ids: _Numbers) -> list[str]:
    return [f"{number:0{ID_LENGTH}x}" for number in ids.tolist()]


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
