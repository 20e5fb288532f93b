"""What the figures rest on: fates of addresses, gaps, practices told from one side."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.coverage import FATES, gaps, outlets, reasons, sides
from analysis.coverage import fate as fate_of
from analysis.store import MonthOfArticles, MonthOfVisits


@pytest.mark.parametrize(
    ("outcome", "fate"),
    [
        ("kept", "kept"),
        ("off_topic:no_privacy", "off_topic"),
        ("unknown_language:de", "off_topic"),
        ("duplicate", "duplicate"),
        ("robots", "robots"),
        ("limit", "not_taken"),
        ("too_large", "not_taken"),
        ("pending", "not_taken"),
        ("robots_unreachable", "failed"),
        ("http_503", "failed"),
        ("a_new_one", "failed"),
    ],
)
def test_every_outcome_has_a_fate(outcome: str, fate: str) -> None:
    assert fate_of(outcome) == fate


def visit(outlet: str, outcome: str, pages: int = 1, month: int = 4) -> MonthOfVisits:
    return MonthOfVisits(outlet, 2024, month, outcome, pages)


def stock(outlet: str, month: int | None, articles: int = 1, year: int = 2023) -> MonthOfArticles:
    dated = year if month else None
    return MonthOfArticles(outlet, outlet.title(), "fr", dated, month, articles)


def test_an_outlet_is_counted_by_what_became_of_its_addresses() -> None:
    found = outlets(
        [
            visit("a", "feed:read"),
            visit("a", "sitemap:http_404", 2),
            visit("a", "kept", 3),
            visit("a", "kept", 1, month=5),
            visit("a", "robots", 2),
            visit("only_refused", "robots"),
        ],
        [stock("a", 5, 2), stock("a", 3), stock("a", None), stock("b", 1, 9)],
        [stock("a", 5)],
    )
    assert [one.outlet for one in found] == ["b", "a", "only_refused"]
    a = found[1]
    assert a.fates == {**dict.fromkeys(FATES, 0), "kept": 4, "robots": 2}
    assert (a.addresses, a.failed_sources) == (6, 2)
    assert (a.name, a.articles, a.unread, a.undated) == ("A", 4, 1, 1)
    assert (a.first, a.last) == (date(2023, 3, 1), date(2023, 5, 1))
    assert (found[2].articles, found[2].first) == (0, None)


def test_reasons_say_of_how_many_outlets() -> None:
    given = [visit("a", "http_404", 2), visit("b", "http_404"), visit("a", "robots")]
    assert reasons(given) == [("http_404", 3, 2), ("robots", 1, 1)]


def spans(rows: list[MonthOfArticles], until: date) -> list[tuple[str, date, date]]:
    return [(gap.outlet, gap.first, gap.last) for gap in gaps(rows, until)]


def test_an_outlet_that_usually_has_articles_has_gaps() -> None:
    regular = [stock("a", month) for month in (1, 2, 3, 6, 7, 8, 9)]
    assert spans(regular, date(2023, 9, 30)) == [("a", date(2023, 4, 1), date(2023, 5, 31))]
    (gap,) = gaps(regular, date(2023, 10, 5))
    assert (gap.months, gap.with_article) == (9, 7)


def test_an_outlet_that_fell_silent_has_a_gap_until_the_last_full_month() -> None:
    regular = [stock("a", month) for month in range(1, 8)]
    assert spans(regular, date(2023, 12, 2)) == [("a", date(2023, 8, 1), date(2023, 11, 30))]
    assert spans(regular, date(2023, 8, 2)) == []


@pytest.mark.parametrize(
    "months",
    [
        (1, 12),  # seldom has one
        (1, 2, 4, 5),  # too short to tell
        (None, None),
        (),
    ],
)
def test_an_outlet_that_seldom_has_articles_has_no_gaps(months: tuple[int | None, ...]) -> None:
    assert spans([stock("a", month) for month in months], date(2023, 12, 31)) == []


def test_an_article_of_the_future_makes_no_gap() -> None:
    rows = [*(stock("a", month) for month in range(1, 8)), stock("a", 1, year=2099)]
    assert spans(rows, date(2023, 7, 31)) == []


def test_practices_told_from_one_side_are_named() -> None:
    rows = pd.DataFrame(
        {
            "practice": pd.Categorical(
                ["children", "children", "retention", "retention"],
                categories=["advertising", "children", "retention"],
            ),
            "article": np.array([0, 1, 1, 2], dtype="int32"),
            "story": np.array([0, 0, 0, 2], dtype="int32"),
            "lang": pd.Categorical(["fr", "fr", None, "en"]),
            "outlet": pd.Categorical(["a", "b", "b", "b"]),
        }
    )
    children, retention = sides(rows)
    assert (children.practice, children.claims, children.articles) == ("children", 2, 2)
    assert (children.stories, children.outlets, children.languages) == (1, 2, 1)
    assert (children.lang, children.outlet) == ("fr", None)
    assert (retention.lang, retention.outlet, retention.stories) == ("en", "b", 2)
    assert sides(rows[:0]) == []
