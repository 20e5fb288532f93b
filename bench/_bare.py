"""A Scrapy spider that only downloads: `python -m bench._bare FILE`, an address a line.

Requests at once are those of the crawl. It prints pages and seconds as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Request, Response

from crawler import settings

AT_ONCE = 2
"""Connections to a host."""


class Downloads(Spider):
    """Asks for every address and does nothing with the answers."""

    name = "bare"

    def __init__(self, file: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._urls = Path(file).read_text(encoding="utf-8").split()

    async def start(self) -> AsyncIterator[Request]:
        """One request for each address."""
        for url in self._urls:
            yield Request(url)

    def parse(self, response: Response) -> None:
        """Nothing."""


def main(file: str) -> None:
    """Downloads and prints."""
    process = CrawlerProcess(
        {
            "LOG_ENABLED": False,
            "CONCURRENT_REQUESTS": settings.CONCURRENT_REQUESTS,
            "CONCURRENT_REQUESTS_PER_DOMAIN": AT_ONCE,
            "DOWNLOAD_DELAY": 0,
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    crawler = process.create_crawler(Downloads)
    process.crawl(crawler, file=file)
    process.start()
    stats = crawler.stats.get_stats()
    seconds = (stats["finish_time"] - stats["start_time"]).total_seconds()
    print(json.dumps([stats.get("downloader/response_status_count/200", 0), seconds]))


if __name__ == "__main__":
    main(sys.argv[1])
