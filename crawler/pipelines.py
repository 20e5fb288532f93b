"""From a visit to the store: parse, decide on relevance, keep.

Each pipeline passes on visits whose outcome is already known. Nothing that a page does may
end the crawl; only a store that fails does.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self, cast

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.utils.defer import deferred_from_coro

from analysis.codebook import load_codebook
from analysis.config import load_settings
from analysis.errors import StoreError
from analysis.outcomes import KEPT, SOURCE_READ
from analysis.records import Article
from analysis.store import Page, Store
from crawler.archive.writing import Archive
from crawler.confined import LimitError, confined_of
from crawler.outlets import ELSEWHERE
from crawler.pages import NoBodyError, PageTooLargeError, parse_article
from crawler.politeness import drop_waiting
from crawler.pretence import is_markup, leads_home, says_missing
from crawler.relevance import judge
from crawler.visits import MEASURES, STORE_ERROR, TALLY, Visit, is_final

if TYPE_CHECKING:
    from crawler.spiders.news import NewsSpider

logger = logging.getLogger(__name__)

_NOT_MODIFIED = 304
_MOST_OVER_LIMITS = 3
"""Pages of an outlet that may go over the limits of reading before no more of it are read."""


class ParsePipeline:
    """Reads the article from its page, in a process that can be ended."""

    def __init__(self, crawler: Crawler) -> None:
        self._confined = confined_of(crawler)
        self._over_limits: Counter[str] = Counter()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy."""
        return cls(crawler)

    async def process_item(self, item: Visit) -> Visit:
        """The visit with its article, or with the reason why there is none."""
        if item.outcome:
            return item
        outlet = item.outlet
        if not is_markup(item.body):
            return item.ending("not_html")
        if leads_home(item.url, item.final_url):
            return item.ending("soft_404")
        if self._over_limits[outlet.id] >= _MOST_OVER_LIMITS:
            return item.ending("parse_limit")
        try:
            article = await self._confined.run(
                parse_article,
                item.body,
                item.final_url,
                encoding=item.encoding,
                outlet=outlet.id,
                language=None if outlet.country == ELSEWHERE else outlet.language,
                fetched=item.fetched,
            )
        except NoBodyError:
            return item.ending("no_body")
        except PageTooLargeError:
            return item.ending("too_large")
        except LimitError as error:
            self._over_limits[outlet.id] += 1
            logger.warning("%s cannot be read: %s", item.final_url, error)
            return item.ending("parse_limit")
        except Exception:  # whatever a page holds, the crawl goes on
            logger.exception("%s cannot be read", item.final_url)
            return item.ending("parse_error")
        if says_missing(article):
            return item.ending("soft_404")
        return replace(item, article=article, body=b"")


class RelevancePipeline:
    """Passes over what is not about a voice assistant and privacy."""

    def __init__(self) -> None:
        self._codebook = load_codebook(load_settings().codebook)

    def process_item(self, item: Visit) -> Visit:
        """The visit, or its rejection; an article that is in the store stays there."""
        article = item.article
        if article is None or (item.previous and item.previous.article_id):
            return item
        if article.lang not in self._codebook.relevance:
            return item.ending(f"unknown_language:{article.lang or 'none'}")
        verdict = judge(article, self._codebook)
        return item if verdict.kept else item.ending(verdict.reason)


class StorePipeline:
    """Keeps articles and visits, counts outcomes, closes the crawl and the store."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._spider = cast("NewsSpider", crawler.spider)
        self._tally: dict[str, Counter[str]] = defaultdict(Counter)
        self._saved: set[str] = set()
        self._sources: list[Visit] = []
        self._open: set[str] = set()
        self._archive = _archive(self._spider)
        crawler.stats.set_value(TALLY, self._tally)
        crawler.signals.connect(self._finish, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy."""
        return cls(crawler)

    def process_item(self, item: Visit) -> Visit:
        """The visit with its final outcome, stored and counted."""
        try:
            with self._spider.store.transaction() as store:
                visit = self._store(item, store)
        except StoreError as error:
            self._stop(error)
            raise DropItem(str(error)) from error
        self._tally[visit.outlet.id][visit.reason] += 1
        if visit.kind == "article" and not is_final(visit.outcome):
            self._open.add(visit.outlet.id)
        return visit

    def _store(self, item: Visit, store: Store) -> Visit:
        if item.kind != "article":
            if item.outcome not in SOURCE_READ:
                logger.warning("%s %s: %s", item.kind, item.url, item.outcome)
            self._sources.append(item)
            return item
        visit = (
            item if item.outcome or item.article is None else self._keep(item, item.article, store)
        )
        before = visit.previous
        if visit.fetched and not (before and before.fetched > visit.fetched):
            self._record(visit, store)
        return visit

    def _keep(self, item: Visit, article: Article, store: Store) -> Visit:
        """Archives and stores an article, under the address at which it is known already."""
        outlet = item.outlet
        known = store.identity(article.url or item.final_url)
        if known:
            article = replace(article, id=known[0], url=known[1])
        visit = replace(item, article=article)
        if article.id in self._saved and not self._spider.reads_again:
            return visit.ending("duplicate")
        self._saved.add(article.id)
        capture = None
        is_archived = known is not None and store.is_archived(article)
        if self._archive and item.exchanges and not (item.noarchive or is_archived):
            capture = self._archive.write(item.exchanges)
        return visit.ending(store.save_article(article, outlet.name, outlet.country, capture))

    def _record(self, visit: Visit, store: Store, *, is_complete: bool = True) -> None:
        """Notes a visit, with what a later request needs to ask only for changes."""
        before = visit.previous
        article_id = before.article_id if before else None
        if visit.article and visit.outcome in KEPT:
            article_id = visit.article.id
        page = Page(
            url=visit.url,
            outlet=visit.outlet.id,
            outcome="kept" if visit.reason in KEPT else visit.reason,
            fetched=visit.fetched or datetime.now(UTC),
            status=visit.status,
            article_id=article_id,
            crawl_id=self._spider.crawl_id,
            dated=visit.dated or (before.dated if before else None),
        )
        if before and (visit.status == _NOT_MODIFIED or (page.article_id and not visit.is_read)):
            page = replace(
                page,
                etag=visit.etag or before.etag,
                last_modified=visit.last_modified or before.last_modified,
                body_digest=before.body_digest,
            )
        elif visit.is_read and is_complete:
            page = replace(
                page,
                etag=visit.etag,
                last_modified=visit.last_modified,
                body_digest=visit.body_digest,
            )
        store.record_page(page)

    def _stop(self, error: StoreError) -> None:
        stats = self._crawler.stats
        if stats.get_value(STORE_ERROR) is None:
            stats.set_value(STORE_ERROR, str(error))
            drop_waiting(self._crawler)
            deferred_from_coro(self._crawler.engine.close_spider_async(reason=STORE_ERROR))

    def _finish(self, reason: str) -> None:
        """Records the sources last.

        One that then answers "not modified" is not read again, so this is for a crawl that
        came to the end of all its links.
        """
        spider = self._spider
        is_complete = reason == "finished" and not spider.is_selective
        try:
            for visit in self._sources:
                complete = is_complete and visit.outlet.id not in self._open
                self._record(visit, spider.store, is_complete=complete)
            spider.store.finish_crawl(
                spider.crawl_id,
                self._tally,
                interrupted=reason != "finished",
                measures=self._crawler.stats.get_value(MEASURES, {}),
            )
        except StoreError as error:
            self._crawler.stats.set_value(STORE_ERROR, str(error))
        finally:
            if self._archive:
                self._archive.close()
            spider.store.close()


def _archive(spider: NewsSpider) -> Archive | None:
    folder = load_settings().archive
    if folder is None:
        return None
    information = {
        "software": spider.agent.partition(" ")[0],
        "isPartOf": f"crawl {spider.crawl_id}",
        **spider.provenance,
    }
    return Archive(folder, f"crawl-{spider.crawl_id}", information)
