"""What the store keeps of each crawl, on both databases."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from analysis.store import Store
from tests.analysis.schemas import store_of


def test_what_crawls_measured_is_kept(store: Store) -> None:
    assert store.crawl() is None
    numbers = [store.start_crawl(["gazette"]) for _ in range(3)]
    measures = {"gazette": {"links": 20, "no_date": 1}}
    store.finish_crawl(numbers[1], {"gazette": {"new": 3}}, measures=measures)
    measured = store.crawl(numbers[1])
    assert measured is not None
    assert measured.measures == measures
    last = store.crawl()
    assert last is not None
    assert (last.id, last.measures) == (numbers[2], {})
    assert store.crawl(99) is None
    long_ago = last.started - timedelta(days=1)
    assert [c.id for c in store.crawls_before(numbers[2], long_ago)] == [numbers[1], numbers[0]]
    assert [c.id for c in store.crawls_before(numbers[2], long_ago, limit=1)] == [numbers[1]]
    assert store.crawls_before(numbers[2], last.started + timedelta(days=1)) == []


def test_a_crawl_from_before_measures_has_no_measures(store_url: str) -> None:
    with store_of(store_url, "0004") as connection:
        connection.execute(
            sa.text(
                "INSERT INTO crawls (id, started, interrupted, stats)"
                " VALUES (7, '2024-05-02 08:00:00', false, :stats)"
            ),
            {"stats": '{"gazette": {}}'},
        )
    with Store.open(store_url) as store:
        crawl = store.crawl(7)
        assert crawl is not None
        assert (crawl.stats, crawl.measures) == ({"gazette": {}}, {})
