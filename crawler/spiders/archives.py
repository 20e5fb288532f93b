"""Articles out of WARC files: the pages go the way that crawled ones go, and nothing is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from scrapy import Spider
from scrapy.http import HtmlResponse, Request
from w3lib.encoding import http_content_type_encoding

from analysis.config import load_settings
from analysis.errors import InputError
from analysis.store import Store
from crawler.archive.exchange import EXCHANGES, Exchange
from crawler.archive.reading import TooLargeError, read_pages, response_of
from crawler.outlets import Outlet, load_outlets, outlet_of
from crawler.politeness import user_agent
from crawler.visits import Visit, visit_of


class ArchiveSpider(Spider):
    """Reads the pages of WARC files, each as of the day on which it was archived.

    Attributes:
        unread: messages on the files that could not be read to their end.
    """

    name = "archives"
    is_selective = True
    reads_again = True

    def __init__(self, files: Iterable[str] = (), outlets: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        settings = load_settings()
        self._files = tuple(map(Path, files))
        for path in self._files:
            if not path.is_file():
                raise InputError(f"{path}: no such file")
        self._listed = load_outlets(Path(outlets) if outlets else settings.outlets)
        self._outlets: dict[str, Outlet] = {}
        self.unread: list[str] = []
        self.agent = user_agent((), None)
        self.store = Store.open(settings.database_url)
        self.crawl_id = self.store.start_crawl([])

    @property
    def outlets(self) -> tuple[Outlet, ...]:
        """The outlets whose pages were met so far."""
        return tuple(self._outlets.values())

    @property
    def provenance(self) -> dict[str, str]:
        """How the pages were come by, in the fields of a WARC file's first record."""
        return {"description": f"copied from {', '.join(path.name for path in self._files)}"}

    async def start(self) -> AsyncIterator[Any]:
        """One visit for each page."""
        for path in self._files:
            try:
                for exchange in read_pages(path):
                    yield self._visit(exchange)
            except InputError as error:
                self.unread.append(str(error))

    def _visit(self, exchange: Exchange) -> Visit:
        outlet = outlet_of(exchange.url, self._listed)
        self._outlets[outlet.id] = outlet
        previous = self.store.page(exchange.url)
        meta = {
            "outlet": outlet,
            "kind": "article",
            "previous": previous,
            EXCHANGES: (exchange,),
        }
        request = Request(exchange.url, meta=meta)
        try:
            response = response_of(exchange)
        except TooLargeError:
            return replace(visit_of(request), fetched=exchange.fetched).ending("too_large")
        visit = replace(visit_of(request, response), fetched=exchange.fetched)
        if not isinstance(response, HtmlResponse):
            return visit.ending("not_html" if response.body else "no_body")
        declared = (response.headers.get("Content-Type") or b"").decode("latin-1")
        return replace(visit, encoding=http_content_type_encoding(declared))
