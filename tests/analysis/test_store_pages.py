"""What the crawler asks the store for before it asks the web, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

from analysis.store import Page, Store
from tests.analysis.test_store import NOON, an_article

DAY = timedelta(days=1)


def put(store: Store, name: str, published: datetime | None, visited: int) -> Page:
    article = an_article(name, published=published, fetched=NOON)
    store.save_article(article, "La Gazette")
    page = Page(
        str(article.url), "gazette", "kept", NOON + visited * DAY, 200, article.id, dated=NOON
    )
    store.record_page(page)
    return page


def test_visits_of_many_addresses_are_read_at_once(store: Store) -> None:
    pages = [put(store, name, None, 1) for name in ("a", "b")]
    urls = [page.url for page in pages]
    others = [f"https://gazette.example/{number}" for number in range(1200)]
    assert store.pages([*others, *urls]) == dict(zip(urls, pages, strict=True))
    assert store.pages([]) == {}


def test_articles_to_visit_again_come_with_their_date(store: Store) -> None:
    put(store, "old", NOON - 40 * DAY, 1)
    recent = put(store, "recent", NOON - 3 * DAY, 2)
    undated = put(store, "undated", None, 1)
    future = put(store, "future", NOON + 9 * DAY, 3)
    rejected = Page("https://gazette.example/x", "gazette", "off_topic:no_privacy", NOON)
    store.record_page(rejected)
    assert store.revisitable("gazette", NOON - 30 * DAY) == [
        (undated, NOON),
        (recent, NOON - 3 * DAY),
        (future, NOON),
    ]
    assert store.revisitable("other", NOON - 30 * DAY) == []
