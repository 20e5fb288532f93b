"""Claims over time: periods of days, counts of each series, and the events that stand out.

Works on rows as `ClaimTable.rows` gives them. An event is a burst of articles
(`analysis.bursts`), named by its leading story.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.bursts import Burst, bursts
from analysis.export import csv_file
from analysis.tallies import distinct, first_of_each

Unit = Literal["day", "week", "month", "quarter", "year"]
UNITS: tuple[Unit, ...] = get_args(Unit)
Counted = Literal["claims", "articles", "stories"]
COUNTED: tuple[Counted, ...] = get_args(Counted)
_LONGEST: dict[Unit, int] = {"day": 45, "week": 220, "month": 10 * 366, "quarter": 30 * 366}
"""The longest stretch, in days, that is shown in periods of a unit."""
OTHERS = ""
"""The key of the series that holds the small ones."""
_MONDAY = 3
"""1 January 1970, day 0, was a Thursday."""
_Numbers = npt.NDArray[Any]


def unit_for(first: date, last: date) -> Unit:
    """The finest unit in which a stretch of time is still legible on a telephone."""
    days = (last - first).days
    return next((unit for unit, longest in _LONGEST.items() if days <= longest), "year")


def numbered(days: _Numbers, unit: Unit) -> _Numbers:
    """The number of the period that each day lies in; consecutive periods, consecutive numbers.

    Args:
        days: numpy dates, none of them NaT.
    """
    if unit == "day":
        return days.astype("datetime64[D]").astype("int64")
    if unit == "week":
        return (days.astype("datetime64[D]").astype("int64") + _MONDAY) // 7
    if unit == "year":
        return days.astype("datetime64[Y]").astype("int64")
    months = days.astype("datetime64[M]").astype("int64")
    return months // 3 if unit == "quarter" else months


def period_of(day: date, unit: Unit) -> int:
    """The number of the period that a day lies in."""
    return int(numbered(np.array([day], dtype="datetime64[D]"), unit)[0])


def first_day(period: int, unit: Unit) -> date:
    """The day on which a period begins."""
    if unit == "week":
        return _date(period * 7 - _MONDAY, "D")
    if unit == "quarter":
        return _date(period * 3, "M")
    return _date(period, {"day": "D", "month": "M", "year": "Y"}[unit])


def last_day(period: int, unit: Unit) -> date:
    """The day on which a period ends."""
    try:
        return first_day(period + 1, unit) - timedelta(days=1)
    except (OverflowError, ValueError):  # the calendar ends with the year 9999
        return date.max


def _date(number: int, step: str) -> date:
    found = np.datetime64(number, step).astype("datetime64[D]").item()  # type: ignore[call-overload]
    if not isinstance(found, date):
        raise OverflowError(f"no date {number} {step}")
    return found


@dataclass(frozen=True, slots=True)
class Series:
    """What each series counts in each period.

    Attributes:
        counts: {key: {number of the period: count}} without zeros, the series with the most
            claims first; the small ones come last, together, under the key OTHERS.
        totals: what each series counts in all; a story that goes on counts once here, and in
            each of its periods there.
        others: how many keys OTHERS stands for.
        undated: how much of what is counted has no date, and so stands in no period.
    """

    unit: Unit
    counts: dict[str, dict[int, int]]
    totals: dict[str, int]
    others: int
    undated: int


def series(
    rows: pd.DataFrame, by: str, counted: Counted, unit: Unit, most: int | None = None
) -> Series:
    """Rows counted by a column of keys and by period.

    Articles and stories are counted once in each series and period that has a claim of theirs.

    Args:
        most: how many keys get a series of their own; by default all.
    """
    dated = rows["day"].notna().to_numpy()
    what = _what(rows, counted)
    undated = len(np.unique(what[~dated]))
    if not dated.any():
        return Series(unit, {}, {}, 0, undated)
    column = rows[by].cat
    codes = column.codes.to_numpy(dtype="int64")[dated]
    claims = np.bincount(codes, minlength=len(column.categories))
    ranked = sorted(np.flatnonzero(claims).tolist(), key=lambda code: (-claims[code], code))
    own = len(ranked) if most is None or len(ranked) <= most + 1 else most
    ranks = np.zeros(len(column.categories), dtype="int64")
    ranks[ranked] = np.minimum(np.arange(len(ranked)), own)
    names = [*(str(column.categories[code]) for code in ranked[:own]), OTHERS]

    rank = ranks[codes]
    periods = numbered(rows["day"].to_numpy()[dated], unit)
    first = int(periods.min())
    width = int(periods.max()) - first + 1
    each = None if counted == "claims" else what[dated]
    cells = _distinct(rank * width + periods - first, each)
    found: dict[str, dict[int, int]] = {}
    for cell in np.flatnonzero(cells).tolist():
        found.setdefault(names[cell // width], {})[cell % width + first] = int(cells[cell])
    totals = _distinct(rank, each).tolist()
    return Series(
        unit,
        found,
        {names[number]: total for number, total in enumerate(totals)},
        len(ranked) - own,
        undated,
    )


def _what(rows: pd.DataFrame, counted: Counted) -> _Numbers:
    """The number of the claim, article or story in each row."""
    if counted == "claims":
        return np.arange(len(rows), dtype="int64")
    column = {"articles": "article", "stories": "story"}[counted]
    return rows[column].to_numpy(dtype="int64")


def _distinct(cells: _Numbers, what: _Numbers | None) -> _Numbers:
    """How many different things stand in each cell, by its number; None: each is one."""
    if what is None:
        return np.bincount(cells)
    size = int(what.max()) + 1
    return np.bincount(distinct(cells * size + what) // size)


@dataclass(frozen=True, slots=True)
class Event:
    """A stretch of days in which the press wrote far more than usual.

    Attributes:
        first, last: days, both included.
        weight: of the burst, to compare events.
        lead: position in the claim table of a claim of the leading story: the one with the most
            articles, then the most claims, then the earliest; in its earliest article.
        lead_articles, lead_outlets: of that story, within the event.
    """

    first: date
    last: date
    weight: float
    claims: int
    articles: int
    outlets: int
    lead: int
    lead_articles: int
    lead_outlets: int


def events(rows: pd.DataFrame, unit: Unit) -> list[Event]:
    """The events among some claims, the earliest first.

    Bursts are sought by week where the unit is a day or a week, else by month: a day more or
    less in the week is no event, and years have none.
    """
    step: Unit = "week" if unit in ("day", "week") else "month"
    dated = rows.loc[rows["day"].notna(), ["day", "article", "story", "outlet"]]
    if dated.empty:
        return []
    periods = numbered(dated["day"].to_numpy(), step)
    start = int(periods.min())
    article = dated["article"].to_numpy()
    order = np.argsort(article)
    one_of_each = order[first_of_each(article[order])]
    counts = np.bincount(periods[one_of_each] - start)
    return [
        _event(dated[(periods >= start + b.first) & (periods <= start + b.last)], b, start, step)
        for b in bursts(counts.tolist())
    ]


def _event(rows: pd.DataFrame, burst: Burst, start: int, step: Unit) -> Event:
    stories = rows.groupby("story").agg(
        articles=("article", "nunique"), claims=("article", "size"), day=("day", "min")
    )
    ranked = stories.sort_values(["articles", "claims", "day"], ascending=[False, False, True])
    story = rows[rows["story"] == ranked.index[0]]
    return Event(
        first=first_day(start + burst.first, step),
        last=last_day(start + burst.last, step),
        weight=burst.weight,
        claims=len(rows),
        articles=burst.total,
        outlets=rows["outlet"].nunique(),
        lead=int(story["day"].idxmin()),
        lead_articles=int(ranked["articles"].iloc[0]),
        lead_outlets=story["outlet"].nunique(),
    )


def as_csv(rows: pd.DataFrame, by: str, unit: Unit, name: Callable[[str], str]) -> bytes:
    """Every series by period, in claims, articles and stories; undated ones without a period.

    Args:
        name: the name of a series by its key.
    """
    dated = rows["day"].notna().to_numpy()
    periods = pd.array([pd.NA] * len(rows), dtype="Int64")
    periods[dated] = numbered(rows["day"].to_numpy()[dated], unit)
    counts = (
        rows.assign(period=periods)
        .groupby([by, "period"], observed=True, dropna=False)
        .agg(
            claims=("article", "size"),
            articles=("article", "nunique"),
            stories=("story", "nunique"),
        )
    )
    return csv_file(
        ("period_start", "period_end", by, f"{by}_label", *COUNTED),
        (
            (*_days(period, unit), key, name(key), *map(int, figures))
            for (key, period), *figures in counts.itertuples()
        ),
    )


def _days(period: Any, unit: Unit) -> tuple[str, str]:
    if pd.isna(period):
        return "", ""
    return first_day(int(period), unit).isoformat(), last_day(int(period), unit).isoformat()
