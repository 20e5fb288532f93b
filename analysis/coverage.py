"""What the figures rest on: what was read of each outlet, where it is silent, what is one-sided.

Silence in the press and silence of this store are two things; these functions tell them apart
as far as the store can.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.outcomes import class_of, is_answered, is_source
from analysis.store import MonthOfArticles, MonthOfVisits
from analysis.tallies import distinct
from analysis.timeline import first_day, last_day, period_of

Fate = Literal["kept", "off_topic", "duplicate", "robots", "not_taken", "failed"]
FATES: tuple[Fate, ...] = get_args(Fate)
"""What became of an address, by its last visit; `docs/crawling.md` names every outcome."""
USUALLY = 2 / 3
"""An outlet that has an article in so many of its months usually has one."""
FEWEST_MONTHS = 6
"""Months, from an outlet's first article to its last, from which that can be said."""


def fate(outcome: str) -> Fate:
    """What became of an address, from the outcome of its visit; failed if none other is known."""
    if outcome == "robots":
        return "robots"
    known = class_of(outcome)
    return "not_taken" if known == "refused" or outcome == "pending" else known


@dataclass(frozen=True, slots=True)
class OutletCoverage:
    """What is known of one outlet.

    Attributes:
        fates: addresses of articles by what became of them.
        failed_sources: feeds, sitemaps, ... that gave nothing to read at their last visit.
        articles: stored; `unread` of them by no extractor, `undated` without a date.
        first, last: months of its earliest and latest article, as their first days.
    """

    outlet: str
    name: str
    fates: Mapping[Fate, int]
    failed_sources: int
    articles: int
    unread: int
    undated: int
    first: date | None
    last: date | None

    @property
    def addresses(self) -> int:
        """Addresses of articles that the crawler met."""
        return sum(self.fates.values())


def outlets(
    visits: Iterable[MonthOfVisits],
    stock: Iterable[MonthOfArticles],
    unread: Iterable[MonthOfArticles],
) -> list[OutletCoverage]:
    """Every outlet that was visited or has an article, those with most articles first.

    Args:
        stock: all stored articles; `unread` those of them that no extractor has read.
    """
    fates: dict[str, Counter[Fate]] = {}
    failed: Counter[str] = Counter()
    for visit in visits:
        of_outlet = fates.setdefault(visit.outlet, Counter())
        if not is_source(visit.outcome):
            of_outlet[fate(visit.outcome)] += visit.pages
        elif not is_answered(visit.outcome):
            failed[visit.outlet] += visit.pages
    articles = by_outlet(stock)
    waiting = by_outlet(unread)
    found = []
    for outlet in fates.keys() | articles.keys():
        rows = articles.get(outlet, [])
        months = sorted(_months(rows))
        found.append(
            OutletCoverage(
                outlet=outlet,
                name=rows[0].outlet_name if rows else outlet,
                fates={name: fates.get(outlet, Counter())[name] for name in FATES},
                failed_sources=failed[outlet],
                articles=sum(row.articles for row in rows),
                unread=sum(row.articles for row in waiting.get(outlet, [])),
                undated=sum(row.articles for row in rows if row.year is None),
                first=first_day(months[0], "month") if months else None,
                last=first_day(months[-1], "month") if months else None,
            )
        )
    return sorted(found, key=lambda one: (-one.articles, one.outlet))


def by_outlet(stock: Iterable[MonthOfArticles]) -> dict[str, list[MonthOfArticles]]:
    """The same, a list for each outlet."""
    found: dict[str, list[MonthOfArticles]] = {}
    for row in stock:
        found.setdefault(row.outlet, []).append(row)
    return found


def reasons(visits: Iterable[MonthOfVisits]) -> list[tuple[str, int, int]]:
    """Outcomes with their numbers of addresses and of outlets, most frequent first."""
    pages: Counter[str] = Counter()
    where: dict[str, set[str]] = {}
    for visit in visits:
        pages[visit.outcome] += visit.pages
        where.setdefault(visit.outcome, set()).add(visit.outlet)
    return [(outcome, count, len(where[outcome])) for outcome, count in pages.most_common()]


@dataclass(frozen=True, slots=True)
class Gap:
    """Months in which an outlet that usually has articles has none.

    Attributes:
        first, last: days, both included.
        months, with_article: of the outlet, from its first article to its last.
    """

    outlet: str
    name: str
    first: date
    last: date
    months: int
    with_article: int


def gaps(stock: Iterable[MonthOfArticles], until: date) -> list[Gap]:
    """The gaps of all outlets, the latest first.

    An outlet usually has articles when it has one in two of three months, from its first to
    its last, of six months or more. The month of `until` is not over, and no gap.
    """
    end = period_of(until, "month")
    found = []
    for outlet, articles in by_outlet(stock).items():
        months = sorted(month for month in _months(articles) if month <= end)
        if not months:
            continue
        length = months[-1] - months[0] + 1
        if length < FEWEST_MONTHS or len(months) < USUALLY * length:
            continue
        for before, after in zip(months, (*months[1:], end), strict=True):
            if after > before + 1:
                found.append(
                    Gap(
                        outlet,
                        articles[0].outlet_name,
                        first_day(before + 1, "month"),
                        last_day(after - 1, "month"),
                        length,
                        len(months),
                    )
                )
    return sorted(found, key=lambda gap: (gap.last, gap.first, gap.outlet), reverse=True)


def _months(stock: Iterable[MonthOfArticles]) -> set[int]:
    """The numbers of the months with an article, as `timeline.numbered` counts them."""
    return {
        (row.year - 1970) * 12 + row.month - 1
        for row in stock
        if row.year is not None and row.month is not None
    }


@dataclass(frozen=True, slots=True)
class Sides:
    """From how many sides a practice is told.

    Attributes:
        lang, outlet: the only one that tells it; None where there are several.
    """

    practice: str
    claims: int
    articles: int
    stories: int
    outlets: int
    languages: int
    lang: str | None
    outlet: str | None


def sides(rows: pd.DataFrame) -> list[Sides]:
    """Every practice that has a claim, those with the fewest claims first.

    Args:
        rows: as `ClaimTable.rows` gives them.
    """
    practices = rows["practice"].cat
    codes = practices.codes.to_numpy(dtype="int64")
    claims = np.bincount(codes, minlength=len(practices.categories))

    def different(values: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
        """For each practice the different values that it has, -1 (no value) left out."""
        size = int(values.max(initial=0)) + 1
        pairs = distinct((codes * size + values)[values >= 0])
        cuts = np.searchsorted(pairs, np.arange(1, len(claims)) * size)
        return np.split(pairs % size, cuts)

    articles, stories = (different(rows[name].to_numpy("int64")) for name in ("article", "story"))
    languages, outlets_ = (
        different(rows[name].cat.codes.to_numpy("int64")) for name in ("lang", "outlet")
    )

    def only(name: str, values: npt.NDArray[Any]) -> str | None:
        return str(rows[name].cat.categories[values[0]]) if len(values) == 1 else None

    found = [
        Sides(
            practice=str(practices.categories[code]),
            claims=int(claims[code]),
            articles=len(articles[code]),
            stories=len(stories[code]),
            outlets=len(outlets_[code]),
            languages=len(languages[code]),
            lang=only("lang", languages[code]),
            outlet=only("outlet", outlets_[code]),
        )
        for code in np.flatnonzero(claims).tolist()
    ]
    return sorted(found, key=lambda one: (one.claims, one.practice))
