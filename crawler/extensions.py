"""What the person who runs a crawl sees: progress while it runs, a report at its end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Self, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request

from crawler.visits import KEPT, SOURCE_READ, SOURCES, TALLY, Visit, is_failed

if TYPE_CHECKING:
    from crawler.spiders.news import NewsSpider

SECONDS_BETWEEN_LINES = 10.0
console = Console(stderr=True)
"""For progress and warnings; reports go to standard output."""

Tally = Mapping[str, Mapping[str, int]]


class CrawlProgress:
    """A bar on a terminal; elsewhere a line every few seconds."""

    def __init__(self, crawler: Crawler) -> None:
        self._found = 0
        self._visited = 0
        self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("Crawling", total=None)
        crawler.signals.connect(self._start, signals.spider_opened)
        crawler.signals.connect(self._scheduled, signals.request_scheduled)
        crawler.signals.connect(self._scraped, signals.item_scraped)
        crawler.signals.connect(self._stop, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy."""
        return cls(crawler)

    def _start(self) -> None:
        if console.is_terminal:
            self._bar.start()

    def _scheduled(self, request: Request) -> None:
        again = "retry_times" in request.meta or "redirect_times" in request.meta
        if request.meta.get("kind") == "article" and not again:
            self._found += 1
            self._bar.update(self._task, total=self._found)

    def _scraped(self, item: Visit) -> None:
        if item.kind != "article" or item.fetched is None:
            return
        self._visited += 1
        self._bar.update(
            self._task, completed=self._visited, description=f"Crawling {item.outlet.id}"
        )
        if not console.is_terminal and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
            console.print(f"{self._visited} of {self._found} pages read", highlight=False)

    def _stop(self) -> None:
        if console.is_terminal:
            self._bar.stop()


class Report:
    """Prints what the crawl gave, by outlet and reason."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        crawler.signals.connect(self._print, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy."""
        return cls(crawler)

    def _print(self, reason: str) -> None:
        tally: Tally = self._crawler.stats.get_value(TALLY, {})
        spider = cast("NewsSpider", self._crawler.spider)
        names = {outlet.id: outlet.name for outlet in spider.outlets}
        out = Console()
        out.print(report(tally, names))
        out.print(summary(tally), highlight=False, soft_wrap=True)
        if is_unchanged(tally) and reason == "finished":
            out.print("Nothing changed since the last crawl.", highlight=False)
        for name in barren(tally, names) if reason == "finished" else ():
            console.print(
                Text(f"Warning: {name} gave no article at all", style="bold yellow"),
                soft_wrap=True,
            )
        if reason == "shutdown":
            console.print("Interrupted. Run the same command again to go on from here.")


def report(tally: Tally, names: Mapping[str, str]) -> Table:
    """The counts of a crawl, one row an outlet, with the reasons of what was not kept."""
    table = Table("Outlet", title="Crawled")
    for heading in (*map(str.capitalize, KEPT), "Passed over", "Failed"):
        table.add_column(heading, justify="right")
    table.add_column("Reasons", overflow="fold")
    for key, name in names.items():
        counts = tally.get(key, {})
        reasons = ", ".join(
            f"{reason} {count}" for reason, count in sorted(counts.items()) if _is_notable(reason)
        )
        table.add_row(Text(name), *map(str, _figures(counts)), Text(reasons))
    return table


def summary(tally: Tally) -> str:
    """The counts of a crawl in one line."""
    total: Counter[str] = Counter()
    for counts in tally.values():
        total.update(counts)
    labels = ("new", "changed", "unchanged", "passed over", "failed")
    return ", ".join(f"{n} {label}" for n, label in zip(_figures(total), labels, strict=True))


def is_unchanged(tally: Tally) -> bool:
    """Whether known articles were seen again, and no new or changed one."""
    seen = {reason for counts in tally.values() for reason, count in counts.items() if count}
    return "unchanged" in seen and not seen & {"new", "changed"}


def barren(tally: Tally, names: Mapping[str, str]) -> list[str]:
    """Names of the outlets from which no article came, known ones included.

    Either their entries are wrong or they turn the crawler away. An outlet whose pages were
    read but are all off topic is not among them, nor one that had nothing new.
    """
    return [
        name
        for key, name in names.items()
        if not any(
            count
            and (reason in KEPT or reason.startswith("off_topic") or reason.endswith(":unchanged"))
            for reason, count in tally.get(key, {}).items()
        )
    ]


def _figures(counts: Mapping[str, int]) -> tuple[int, ...]:
    """How many are new, changed, unchanged, passed over and failed; sources count nowhere."""
    articles = {reason: count for reason, count in counts.items() if not _is_source(reason)}
    failed = sum(count for reason, count in articles.items() if is_failed(reason))
    kept = [articles.get(reason, 0) for reason in KEPT]
    return (*kept, sum(articles.values()) - sum(kept) - failed, failed)


def _is_notable(reason: str) -> bool:
    fine = (*KEPT, *(f"{kind}:{outcome}" for kind in SOURCES for outcome in SOURCE_READ))
    return reason not in fine


def _is_source(reason: str) -> bool:
    return reason.partition(":")[0] in SOURCES
