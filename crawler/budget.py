"""How many requests an outlet gets in a day, over all crawls of that day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self, cast

from scrapy.crawler import Crawler
from scrapy.http import Request

from crawler.outlets import Outlet
from crawler.visits import BUDGET, NOT_ASKED, RefusedRequest

if TYPE_CHECKING:
    from crawler.spiders.news import NewsSpider


class BudgetMiddleware:
    """Refuses what goes beyond an outlet's `daily_budget`, by default DAILY_BUDGET.

    A day is one of UTC. Every request of this crawl counts (robots.txt, retries, redirects);
    of the day's earlier crawls, every address once, as the store knows it.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._default = crawler.settings.getint("DAILY_BUDGET")
        self._left: dict[str, int] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises RefusedRequest when the outlet's budget is used up."""
        outlet: Outlet = request.meta["outlet"]
        left = self._left.get(outlet.id)
        if left is None:
            left = self._at_start(outlet)
        if left <= 0:
            raise RefusedRequest(BUDGET)
        self._left[outlet.id] = left - 1

    def _at_start(self, outlet: Outlet) -> int:
        spider = cast("NewsSpider", self._crawler.spider)
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        budget = self._default if outlet.daily_budget is None else outlet.daily_budget
        return budget - spider.store.visited_since(outlet.id, midnight, NOT_ASKED)
