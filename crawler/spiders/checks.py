"""Tries outlets: asks their sources once, and a page or two of each. Nothing is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser
from scrapy.settings import BaseSettings

from crawler.discovery import Link
from crawler.outlets import Outlet
from crawler.reporting.checks import OutletCheck, PageCheck, SourceCheck
from crawler.sources import Sitemap, Source, sources_of
from crawler.spiders.news import NewsSpider
from crawler.visits import Visit

PAGES = 2
"""Articles that are read of each outlet."""
_EXTENSIONS = ("measures.Measures", "extension.EndReport")
_PIPELINES = ("RelevancePipeline", "StorePipeline")


class CheckSpider(NewsSpider):
    """Asks each source of the outlets, in full, and reads a few of the articles they name.

    Of a sitemap index the newest sitemap is read too; of a search or an article list, the first
    query.

    Attributes:
        checks: what came of it, by the outlet's id.
    """

    name = "check"

    def __init__(
        self, outlets: str = "", outlet: str = "", contact: str = "", days: int = 7, **kwargs: Any
    ) -> None:
        """Takes outlets file, ids and contact as `NewsSpider`.

        Args:
            days: an article dated within as many days is recent.
        """
        super().__init__(
            outlets=outlets, outlet=outlet, contact=contact, refetch="yes", dry_run="yes", **kwargs
        )
        self.checks = {one.id: OutletCheck.of(one) for one in self.outlets}
        self._recent = self._now - timedelta(days=days)
        self._tried: Counter[str] = Counter()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Called by Scrapy."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._note_robots, signals.response_downloaded)
        crawler.signals.connect(spider._note_delay, signals.robots_parsed)
        crawler.signals.connect(spider._note_visit, signals.item_scraped)
        crawler.signals.connect(spider.store.close, signals.spider_closed)
        return spider

    def prepare(self, settings: BaseSettings) -> None:
        """Leaves out what judges, stores and counts."""
        for name, left_out in (("ITEM_PIPELINES", _PIPELINES), ("EXTENSIONS", _EXTENSIONS)):
            kept = {
                path: order
                for path, order in settings.getdict(name).items()
                if not path.endswith(left_out)
            }
            settings.set(name, kept, priority="spider")

    async def start(self) -> AsyncIterator[Any]:
        """The sources of every outlet."""
        for outlet in self.outlets:
            for source in sources_of(_briefly(outlet), self._codebook, None, self._now):
                yield self._ask_source(outlet, source)

    def _ask_source(self, outlet: Outlet, source: Source) -> Request:
        def read(visit: Visit, response: Response) -> AsyncIterator[Request | Visit]:
            return self._read_source(visit, response, source)

        self._seen.add(source.url)
        limits = {"download_maxsize": source.max_size} if source.max_size else {}
        return self._ask(outlet, source.url, read, None, kind=source.kind, **limits)

    async def _read_source(
        self, visit: Visit, response: Response, source: Source
    ) -> AsyncIterator[Request | Visit]:
        found = await self._read(source, response)
        named = [
            link for link in found.links if source.is_search or visit.outlet.publishes(link.url)
        ]
        dated = [link for link in named if link.touched]
        yield replace(visit.ending(found.outcome), links=len(named))
        self.checks[visit.outlet.id].sources[visit.url] = SourceCheck(
            kind=visit.kind,
            url=visit.url,
            outcome=found.outcome,
            links=len(found.links),
            articles=len(named),
            dated=len(dated),
            recent=sum(link.touched >= self._recent for link in dated if link.touched),
        )
        if isinstance(source, Sitemap) and found.further:
            yield self._ask_source(visit.outlet, found.further[0])
        for request in self._some(visit.outlet, named):
            yield request

    def _some(self, outlet: Outlet, links: list[Link]) -> Iterator[Request]:
        """Requests for the first articles, until there are `PAGES` of the outlet."""
        for link in links:
            if self._tried[outlet.id] == PAGES:
                return
            if outlet.publishes(link.url) and self._is_first(link.url):
                self._tried[outlet.id] += 1
                yield self._request(outlet, link, None)

    def _note_visit(self, item: Visit) -> None:
        check = self.checks[item.outlet.id]
        if item.kind != "article":
            check.sources.setdefault(item.url, SourceCheck(item.kind, item.url, item.outcome))
            return
        article = item.article
        check.pages.append(
            PageCheck(
                url=item.url,
                outcome=item.outcome or "read",
                title=article.title if article else "",
                published=article.published if article else None,
                authors=article.authors if article else (),
                paragraphs=len(article.paragraphs) if article else 0,
            )
        )

    def _note_robots(self, response: Response, request: Request) -> None:
        outlet = request.meta.get("outlet")
        if outlet and urlsplit(request.url).path == "/robots.txt":
            self.checks[outlet.id].robots[urlsplit(request.url).netloc] = response.status

    def _note_delay(self, robotparser: RobotParser, request: Request) -> None:
        delay = robotparser.crawl_delay(self.crawler.settings["ROBOTSTXT_USER_AGENT"])
        if delay:
            self.checks[request.meta["outlet"].id].crawl_delay = float(delay)


def _briefly(outlet: Outlet) -> Outlet:
    """The outlet with one query for each of its searches."""
    searches = tuple(
        search.model_copy(update={"queries": search.queries[:1], "max_queries": 1})
        for search in outlet.searches
    )
    gdelt = outlet.gdelt and outlet.gdelt.model_copy(
        update={
            "languages": outlet.gdelt.languages[:1],
            "queries": outlet.gdelt.queries[:1],
            "max_queries": 1,
            "days": 1,
        }
    )
    return outlet.model_copy(update={"searches": searches, "gdelt": gdelt})
