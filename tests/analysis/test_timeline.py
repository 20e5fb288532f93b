"""Claims over time: periods, counts of each series, events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.timeline import (
    COUNTED,
    OTHERS,
    UNITS,
    Unit,
    as_csv,
    events,
    first_day,
    last_day,
    numbered,
    period_of,
    series,
    unit_for,
)

Row = tuple[str, str | None, int, int, str]
"""Vendor, day, article, story, outlet."""


def rows(given: Sequence[Row]) -> pd.DataFrame:
    """Rows as the table of claims has them."""
    vendor, day, article, story, outlet = zip(*given, strict=True)
    return pd.DataFrame(
        {
            "vendor": pd.Categorical(vendor),
            "day": np.array(day, dtype="datetime64[s]"),
            "article": np.array(article, dtype="int32"),
            "story": np.array(story, dtype="int32"),
            "outlet": pd.Categorical(outlet),
        }
    )


@pytest.mark.parametrize(
    ("unit", "first", "last"),
    [
        ("day", date(2019, 4, 12), date(2019, 4, 12)),
        ("week", date(2019, 4, 8), date(2019, 4, 14)),
        ("month", date(2019, 4, 1), date(2019, 4, 30)),
        ("quarter", date(2019, 4, 1), date(2019, 6, 30)),
        ("year", date(2019, 1, 1), date(2019, 12, 31)),
    ],
)
def test_a_day_lies_in_a_period(unit: Unit, first: date, last: date) -> None:
    period = period_of(date(2019, 4, 12), unit)
    assert (first_day(period, unit), last_day(period, unit)) == (first, last)


@given(st.dates(), st.sampled_from(get_args(Unit)))
def test_periods_follow_one_another_without_gap(day: date, unit: Unit) -> None:
    period = period_of(day, unit)
    if day.year > 1:  # the week of 1 January of the year 1 begins before the calendar does
        assert first_day(period, unit) <= day
    assert day <= last_day(period, unit)
    if last_day(period, unit) < date.max:
        assert first_day(period + 1, unit) == last_day(period, unit) + timedelta(days=1)


@pytest.mark.parametrize(
    ("first", "last", "unit"),
    [
        (date(2019, 4, 12), date(2019, 4, 12), "day"),
        (date(2019, 4, 1), date(2019, 5, 1), "day"),
        (date(2019, 4, 1), date(2019, 9, 1), "week"),
        (date(2018, 1, 1), date(2021, 12, 31), "month"),
        (date(2010, 1, 1), date(2026, 1, 1), "quarter"),
        (date(1970, 1, 1), date(2026, 1, 1), "year"),
        (date.min, date.max, "year"),
    ],
)
def test_the_unit_suits_the_stretch_of_time(first: date, last: date, unit: Unit) -> None:
    assert unit_for(first, last) == unit


TWO_VENDORS = rows(
    [
        ("apple", "2019-04-01", 0, 0, "a"),
        ("apple", "2019-04-30", 0, 0, "a"),
        ("apple", "2019-04-30", 1, 0, "b"),
        ("google", "2019-04-30", 1, 0, "b"),
        ("google", "2019-06-02", 2, 2, "a"),
        ("apple", None, 3, 3, "a"),
        ("apple", None, 3, 3, "a"),
    ]
)


@pytest.mark.parametrize(
    ("counted", "apple", "google", "undated"),
    [
        ("claims", {"2019-04": 3}, {"2019-04": 1, "2019-06": 1}, 2),
        ("articles", {"2019-04": 2}, {"2019-04": 1, "2019-06": 1}, 1),
        ("stories", {"2019-04": 1}, {"2019-04": 1, "2019-06": 1}, 1),
    ],
)
def test_each_series_is_counted_by_period(
    counted: str, apple: dict[str, int], google: dict[str, int], undated: int
) -> None:
    found = series(TWO_VENDORS, "vendor", counted, "month")  # type: ignore[arg-type]
    named = {
        key: {f"{first_day(period, 'month'):%Y-%m}": n for period, n in counts.items()}
        for key, counts in found.counts.items()
    }
    assert named == {"apple": apple, "google": google}
    assert found.undated == undated


def test_the_largest_series_comes_first() -> None:
    found = series(TWO_VENDORS, "vendor", "claims", "year")
    assert list(found.totals.items()) == [("apple", 3), ("google", 2)]
    assert list(found.counts) == ["apple", "google"]


def test_small_series_come_together_without_counting_an_article_twice() -> None:
    both = rows(
        [
            ("apple", "2019-04-01", 0, 0, "a"),
            ("apple", "2019-04-02", 1, 1, "a"),
            ("google", "2019-04-03", 2, 2, "a"),
            ("sonos", "2019-04-03", 2, 2, "a"),
        ]
    )
    found = series(both, "vendor", "articles", "month", most=1)
    april = period_of(date(2019, 4, 1), "month")
    assert found.counts == {"apple": {april: 2}, OTHERS: {april: 1}}
    assert found.totals == {"apple": 2, OTHERS: 1}
    assert found.others == 2
    assert series(both, "vendor", "articles", "month", most=2).others == 0


def test_a_story_that_goes_on_counts_in_each_period_and_once_in_all() -> None:
    long = rows([("apple", "2019-04-01", 0, 0, "a"), ("apple", "2019-06-01", 1, 0, "b")])
    found = series(long, "vendor", "stories", "month")
    assert list(found.counts["apple"].values()) == [1, 1]
    assert found.totals == {"apple": 1}


@pytest.mark.parametrize("counted", COUNTED)
@pytest.mark.parametrize("unit", UNITS)
def test_rows_without_dates_have_no_series(counted: str, unit: Unit) -> None:
    nothing = TWO_VENDORS[TWO_VENDORS["day"].isna()]
    assert series(nothing, "vendor", counted, unit).counts == {}  # type: ignore[arg-type]
    assert series(nothing[:0], "vendor", counted, unit).undated == 0  # type: ignore[arg-type]
    assert events(nothing, unit) == []


def a_year() -> list[Row]:
    """Every month of 2019 an article of its own; in July ten more, six of them one story."""
    quiet: list[Row] = [
        ("apple", f"2019-{month:02}-10", month, month, "a") for month in range(1, 13)
    ]
    copies: list[Row] = [
        ("apple", f"2019-07-{26 + number // 3}", 20 + number, 20, f"o{number}")
        for number in range(6)
    ]
    others: list[Row] = [("google", "2019-07-30", 30 + n, 30 + n, "a") for n in range(4)]
    return [*quiet, *others, *others, *reversed(copies)]


def test_an_event_is_named_by_the_story_with_the_most_articles() -> None:
    given = rows(a_year())
    (event,) = events(given, "month")
    assert (event.first, event.last) == (date(2019, 7, 1), date(2019, 7, 31))
    assert (event.articles, event.claims, event.outlets) == (11, 15, 7)
    assert (event.lead_articles, event.lead_outlets) == (6, 6)
    assert given.loc[event.lead, "story"] == 20
    assert given.loc[event.lead, "day"] == pd.Timestamp("2019-07-26")


def test_an_event_keeps_the_positions_of_the_table() -> None:
    given = rows([("apple", None, 99, 99, "a"), *a_year()])
    (event,) = events(given[given["vendor"] == "apple"], "year")
    assert given.loc[event.lead, "story"] == 20


def test_days_and_weeks_show_events_by_week() -> None:
    (event,) = events(rows(a_year()), "day")
    assert (event.first, event.last) == (date(2019, 7, 22), date(2019, 8, 11))


def test_copies_of_the_same_day_make_an_event_and_two_articles_none() -> None:
    quiet: list[Row] = [("apple", "2019-01-01", 0, 0, "a"), ("apple", "2020-12-31", 1, 1, "a")]
    two: list[Row] = [("apple", "2019-10-01", 2 + n, 2, "b") for n in range(2)]
    forty: list[Row] = [("apple", "2019-10-01", 2 + n, 2, f"o{n}") for n in range(40)]
    assert events(rows([*quiet, *two]), "month") == []
    (event,) = events(rows([*quiet, *forty]), "month")
    assert (event.articles, event.lead_articles, event.lead_outlets) == (40, 40, 40)


def test_a_year_has_all_its_days() -> None:
    days = np.arange("2024-01-01", "2025-01-01", dtype="datetime64[D]")
    assert set(numbered(days, "year").tolist()) == {54}
    assert len(set(numbered(days, "month").tolist())) == 12


def test_the_file_holds_every_series_and_what_has_no_date() -> None:
    content = as_csv(TWO_VENDORS, "vendor", "month", {"apple": "=Apple", "google": "Google"}.get)
    assert content.decode("utf-8-sig").splitlines() == [
        "period_start,period_end,vendor,vendor_label,claims,articles,stories",
        "2019-04-01,2019-04-30,apple,'=Apple,3,2,1",
        ",,apple,'=Apple,2,1,1",
        "2019-04-01,2019-04-30,google,Google,1,1,1",
        "2019-06-01,2019-06-30,google,Google,1,1,1",
    ]
