"""The report at the end of a crawl."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from rich.console import Console
from rich.text import Text
from scrapy import signals
from scrapy.crawler import Crawler

from analysis.config import load_settings
from analysis.errors import StoreError
from analysis.store import Store
from crawler.reporting.progress import console
from crawler.reporting.report import (
    is_barren,
    is_unchanged,
    print_report,
    report_of,
    write_json,
)
from crawler.visits import STORE_ERROR

if TYPE_CHECKING:
    from crawler.spiders.news import NewsSpider

ALARMS = "alarms"
"""Under this name Scrapy's stats hold how many alarms the crawl raised."""
REPORT_FILE = "REPORT_FILE"
"""The setting that names the file of the report; by default one a crawl, beside the store."""


class EndReport:
    """Prints what the crawl gave, and writes it to a file, once the store has the counts."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._reason = ""
        crawler.signals.connect(self._closed, signals.spider_closed)
        crawler.signals.connect(self._report, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy."""
        return cls(crawler)

    def _closed(self, reason: str) -> None:
        self._reason = reason

    def _report(self) -> None:
        stats = self._crawler.stats
        if not self._reason or stats.get_value(STORE_ERROR):
            return
        try:
            self._print()
        except StoreError as error:
            stats.set_value(STORE_ERROR, str(error))
        except SystemExit:  # Rich's, where nobody reads the output; the reactor has to end in order
            return

    def _print(self) -> None:
        spider = cast("NewsSpider", self._crawler.spider)
        names = {outlet.id: outlet.name for outlet in spider.outlets}
        settings = load_settings()
        with Store.open(settings.database_url) as store:
            report = report_of(store, spider.crawl_id, names)
        self._crawler.stats.set_value(ALARMS, len(report.alarms))
        out = Console()
        print_report(report, out)
        given = self._crawler.settings.get(REPORT_FILE)
        path = Path(given) if given else settings.reports / f"crawl-{report.crawl.id}.json"
        write_json(report, path)
        tallies = [outlet.counts for outlet in report.outlets]
        if self._reason == "shutdown":
            console.print("Interrupted. Run the same command again to go on from here.")
        if self._reason != "finished":
            return
        if is_unchanged(tallies):
            out.print("Nothing changed since the last crawl.", highlight=False)
        alarmed = {alarm.outlet for alarm in report.alarms}
        for outlet in report.outlets:
            if is_barren(outlet.counts) and outlet.id not in alarmed:
                said = f"Warning: {outlet.name} gave no article at all"
                console.print(Text(said, style="bold yellow"), soft_wrap=True)
