"""Runs a spider in this process, to its end or to Ctrl-C."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import FrameType
from typing import Any, cast

from rich.logging import RichHandler
from scrapy import Spider
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.settings import Settings
from twisted.python.failure import Failure

from analysis.errors import CrawlError, EarshotError, StoreError
from crawler.politeness import drop_waiting
from crawler.reporting.progress import console
from crawler.visits import STORE_ERROR

STOPPED = 130
"""The exit status of a crawl that was interrupted."""
BUSY = 75
"""That of a crawl that did not start because another one is at work: EX_TEMPFAIL."""


def run_spider(
    spider: type[Spider], overrides: Mapping[str, Any] | None = None, **arguments: Any
) -> Crawler:
    """Runs a spider in this process, which can run no other, and returns its crawler.

    Args:
        overrides: settings of Scrapy that differ from `crawler.settings`.
        **arguments: the spider's own.

    Raises:
        EarshotError: the crawl could not start, or the store failed.
    """
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("LOG_INSTALL_ROOT_HANDLER", False)
    settings.update(dict(overrides or {}), priority="cmdline")
    handler = RichHandler(settings["LOG_LEVEL"], console, show_path=False, show_time=False)
    logging.basicConfig(format="%(message)s", handlers=[handler])
    process = _Process(settings)
    crawler = process.create_crawler(spider)
    failures: list[BaseException] = []

    def note(failure: Failure) -> None:
        failures.append(cast(BaseException, failure.value))

    process.crawl(crawler, **arguments).addErrback(note)
    if not failures:
        process.start()
    for failure in failures:
        raise (
            failure
            if isinstance(failure, EarshotError | KeyboardInterrupt)
            else CrawlError(f"the crawl broke off: {failure!r}")
        ) from failure
    if store_error := crawler.stats.get_value(STORE_ERROR):
        raise StoreError(store_error)
    return crawler


def is_finished(crawler: Crawler) -> bool:
    """Whether a crawl came to its end, and was not interrupted."""
    return bool(crawler.stats.get_value("finish_reason") == "finished")


class _Process(CrawlerProcess):
    def _signal_shutdown(self, signum: int, frame: FrameType | Any) -> None:
        from twisted.internet import reactor  # the import installs a reactor: not earlier

        reactor.callFromThread(self._let_go)
        super()._signal_shutdown(signum, frame)

    def _let_go(self) -> None:
        console.print("Stopping after the pages in hand; Ctrl-C again stops at once.")
        for crawler in self.crawlers:
            drop_waiting(crawler)
