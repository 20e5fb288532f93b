"""What the store covers, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from analysis.store import MonthOfArticles, MonthOfVisits, Page, Store
from analysis.table import ClaimTable
from tests.analysis.test_store import NOON, an_article


def test_visits_are_counted_by_outlet_month_and_outcome(store: Store) -> None:
    may = datetime(2024, 5, 31, 23, 30, tzinfo=UTC)
    june = may + timedelta(hours=1)
    for number, (outlet, outcome, fetched) in enumerate(
        [
            ("gazette", "robots", may),
            ("gazette", "robots", may),
            ("gazette", "robots", june),
            ("gazette", "http_404", june),
            ("courier", "robots", june),
        ]
    ):
        store.record_page(Page(f"https://{outlet}.example/{number}", outlet, outcome, fetched))
    assert store.visits() == [
        MonthOfVisits("courier", 2024, 6, "robots", 1),
        MonthOfVisits("gazette", 2024, 5, "robots", 2),
        MonthOfVisits("gazette", 2024, 6, "http_404", 1),
        MonthOfVisits("gazette", 2024, 6, "robots", 1),
    ]


def by_month(rows: list[MonthOfArticles]) -> dict[tuple[int | None, int | None], int]:
    return {(row.year, row.month): row.articles for row in rows}


def test_articles_are_counted_by_outlet_language_and_month_of_publication(store: Store) -> None:
    paris = timezone(timedelta(hours=2))
    dates = {
        "a": datetime(2019, 4, 12, 16, 5, tzinfo=UTC),
        "b": datetime(2019, 5, 1, 0, 30, tzinfo=paris),  # 30 April in UTC
        "c": datetime(2019, 5, 1, 12, 0, tzinfo=UTC),
        "before the web": datetime(1969, 12, 31, 12, 0, tzinfo=UTC),
    }
    for name, published in dates.items():
        store.save_article(an_article(name, published=published, fetched=NOON), "La Gazette")
    undated = an_article("undated", published=None, lang=None, fetched=NOON)
    store.save_article(undated, "La Gazette")
    store.save_claims(undated.id, {1: []}, "test")
    unread = {(2019, 4): 2, (2019, 5): 1, (1969, 12): 1}
    assert by_month(store.unread_by_month()) == unread
    table = ClaimTable.empty().updated(store)
    found = table.articles_by_month()
    assert by_month(found) == {**unread, (None, None): 1}
    assert {(row.outlet, row.outlet_name) for row in found} == {("gazette", "La Gazette")}
    assert [row.lang for row in found if row.year is None] == [None]


def test_only_the_newest_version_of_an_article_counts(store: Store) -> None:
    for text, month in (("First text.", 4), ("Second text.", 6)):
        article = an_article(
            paragraphs=(text,),
            published=datetime(2019, month, 1, tzinfo=UTC),
            fetched=NOON + timedelta(days=month),
        )
        store.save_article(article, "La Gazette")
    assert by_month(store.unread_by_month()) == {(2019, 6): 1}


def test_an_empty_store_covers_nothing(store: Store) -> None:
    assert store.visits() == []
    assert store.unread_by_month() == []
    assert ClaimTable.empty().articles_by_month() == []
