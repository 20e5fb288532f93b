"""What a crawl counts of each outlet beside the outcomes of its pages."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request

from analysis.outcomes import UNREADABLE, class_of
from crawler.visits import MEASURES, NOT_ASKED, PENDING, Visit

if TYPE_CHECKING:
    from crawler.spiders.news import NewsSpider

_CAME = (200, 304)


class Measures:
    """Counts, by outlet:

    | measure | of what |
    |---|---|
    | `requested` | articles that were asked for over the network |
    | `fetched` | those of them that came, or were confirmed as they were |
    | `first` | pages that came and that no crawl had asked for before |
    | `links` | addresses of articles that feeds, sitemaps, listings named |
    | `no_page` | articles that were asked for and did not come |
    | `read` | pages that were searched for an article |
    | `no_title`, `no_date`, `no_body` | those of them without one |
    | `not_kept` | those of them that are not in the store |
    """

    def __init__(self, crawler: Crawler) -> None:
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        crawler.stats.set_value(MEASURES, self._counts)
        crawler.signals.connect(self._opened, signals.spider_opened)
        crawler.signals.connect(self._requested, signals.request_reached_downloader)
        crawler.signals.connect(self._visited, signals.item_scraped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy."""
        return cls(crawler)

    def _opened(self, spider: NewsSpider) -> None:
        for outlet in spider.outlets:
            self._counts[outlet.id]["requested"] = 0

    def _requested(self, request: Request) -> None:
        if request.meta.get("kind") == "article" and not is_repeated(request):
            self._counts[request.meta["outlet"].id]["requested"] += 1

    def _visited(self, item: Visit) -> None:
        counts = self._counts[item.outlet.id]
        if item.kind != "article":
            if item.links is not None:
                counts["links"] += item.links
            return
        if item.status in _CAME:
            counts["fetched"] += 1
            counts["first"] += item.previous is None or item.previous.outcome == PENDING
        elif item.fetched and item.outcome not in NOT_ASKED:
            counts["no_page"] += 1
        if item.status == 200 and (item.article or item.outcome in UNREADABLE):
            counts["read"] += 1
            counts["not_kept"] += class_of(item.outcome) not in ("kept", "duplicate")
            counts["no_title"] += item.article is not None and not item.article.title
            counts["no_date"] += item.article is not None and item.article.published is None
            counts["no_body"] += item.article is None


def is_repeated(request: Request) -> bool:
    """Whether a request follows an earlier one for the same page."""
    return "retry_times" in request.meta or "redirect_times" in request.meta
