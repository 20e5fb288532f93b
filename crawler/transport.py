"""Scrapy's download handler, with an end to the headers of an answer.

Scrapy bounds the body that it reads, and Twisted each line of the headers, but not their number.
"""

from __future__ import annotations

import logging
from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.crawler import Crawler
from twisted.logger import globalLogBeginner
from twisted.web._newclient import ParseError

MAX_HEADERS = 256 * 1024
"""Bytes; browsers take as much."""


class BoundedDownloadHandler(HTTP11DownloadHandler):
    """Breaks off an answer whose headers do not end."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        logging.getLogger("twisted").addFilter(_is_worth_saying)
        # Until told that there is a log, Twisted prints its errors as well.
        globalLogBeginner.beginLoggingTo((), discardBuffer=True, redirectStandardIO=False)
        self._pool._factory = _Factory


def _is_worth_saying(record: logging.LogRecord) -> bool:
    """Whether a log entry is not the traceback of a certificate, which is a visit's outcome."""
    return "while verifying certificate" not in record.getMessage()


class _Parser(_LenientHTTPClientParser):
    _received = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's names, here and below
        self._received += len(line)
        if self._received > MAX_HEADERS:
            raise ParseError(f"over {MAX_HEADERS} bytes of headers", line[:100])  # type: ignore[no-untyped-call]
        super().lineReceived(line)


class _Protocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> Any:
        answer = super().request(request)
        if self._parser is not None:
            self._parser.__class__ = _Parser
        return answer


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _Protocol:  # noqa: N802
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
