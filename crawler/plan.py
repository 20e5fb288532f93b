"""A dry run: what a crawl would ask for, and why not the rest. Only the sources are asked."""

from __future__ import annotations

from collections import Counter
from typing import Self

import typer
from rich.console import Console
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request
from scrapy.settings import BaseSettings

from analysis.outcomes import SOURCE_READ
from crawler.visits import WANTED, RefusedRequest, Visit

_AFTER_ROBOTS = 110


def plan_only(settings: BaseSettings) -> None:
    """Makes a crawl a dry run: no pipeline but the one that prints, no report."""
    settings.set("ITEM_PIPELINES", {"crawler.plan.PlanPipeline": 0}, priority="spider")
    middlewares = settings.getdict("DOWNLOADER_MIDDLEWARES")
    middlewares["crawler.plan.PlanMiddleware"] = _AFTER_ROBOTS
    settings.set("DOWNLOADER_MIDDLEWARES", middlewares, priority="spider")
    without_reports(settings)


def without_reports(settings: BaseSettings) -> None:
    """Leaves out what measures a crawl and reports on it."""
    extensions = {
        name: order
        for name, order in settings.getdict("EXTENSIONS").items()
        if not name.startswith("crawler.reporting.")
    }
    settings.set("EXTENSIONS", extensions, priority="spider")


class PlanMiddleware:
    """Lets go of requests for articles once scope and robots.txt have passed them."""

    def process_request(self, request: Request) -> None:
        """Raises RefusedRequest for an article."""
        if request.meta.get("kind") == "article":
            raise RefusedRequest(WANTED)


class PlanPipeline:
    """Prints a line an address: what would be done, the outlet and the address, tabs between."""

    def __init__(self, crawler: Crawler) -> None:
        self._counts: Counter[str] = Counter()
        crawler.signals.connect(self._end, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy."""
        return cls(crawler)

    def process_item(self, item: Visit) -> Visit:
        """The visit, printed."""
        is_source = item.kind != "article"
        if is_source and item.outcome in SOURCE_READ:
            return item
        doing = "fetch" if item.outcome == WANTED else item.reason
        self._counts[doing] += 1
        # Not through Rich, which makes spaces of tabs.
        typer.echo(f"{doing}\t{item.outlet.id}\t{item.url}")
        return item

    def _end(self) -> None:
        wanted = self._counts.pop("fetch", 0)
        others = ", ".join(f"{reason} {count}" for reason, count in sorted(self._counts.items()))
        Console(stderr=True, highlight=False).print(
            f"{wanted} articles would be asked for" + (f"; not: {others}" if others else ""),
            soft_wrap=True,
        )
