"""Pages out of WARC files: those that Earshot wrote, and anybody's."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import brotli  # type: ignore[import-untyped]
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import Settings
from scrapy.statscollectors import DummyStatsCollector

from analysis.errors import InputError
from crawler.archive.exchange import Exchange

MAX_BYTES = 10 * 1024 * 1024
"""Larger pages are not read, compressed or not."""
_OK = 200


class TooLargeError(InputError):
    """An archived page is larger than any article."""


def read_page(path: Path, offset: int) -> Exchange:
    """The page, or the file handed over, whose record begins at an offset of a file.

    Raises:
        InputError: there is no such file, or no response or resource record at that offset.
    """
    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            record = next(iter(ArchiveIterator(stream)), None)
            if record is not None and record.record_type == WarcRecordType.resource:
                return _handed_over(record)
            if record is not None and record.record_type == WarcRecordType.response:
                found = _exchange(record)
                if found is not None:
                    return found
    except OSError as error:
        raise InputError(f"{path}: cannot be read at byte {offset}: {error}") from error
    raise InputError(f"{path}: no archived page begins at byte {offset}")


def read_pages(path: Path) -> Iterator[Exchange]:
    """Every page of a WARC file (plain or gzip) that was answered with status 200, in order.

    Raises:
        InputError: the file cannot be read, or not from some record on.
    """
    place = 0
    try:
        with path.open("rb") as stream:
            for record in ArchiveIterator(
                stream,
                record_types=WarcRecordType.response,
                parse_http=False,
                max_content_length=MAX_BYTES,
            ):
                place = record.stream_pos
                found = _answered(record)
                if found is not None:
                    yield found
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read as WARC after the record at byte {place}: {error}"
        ) from error


def response_of(exchange: Exchange) -> Response:
    """The page with its body decoded, as Scrapy gives it to a spider.

    A body that is not in the encoding that its headers declare, as some archives hold it, is
    taken as it is.

    Raises:
        TooLargeError: it is over `MAX_BYTES`, decoded or not.
    """
    if len(exchange.body) > MAX_BYTES:
        raise TooLargeError(f"{exchange.url}: more than {MAX_BYTES} bytes")
    headers = Headers()
    for name, value in exchange.response_headers:
        headers.appendlist(name.encode("latin-1"), value.encode("latin-1"))
    try:
        decoded = _decoder().process_response(
            Request(exchange.url), _response(exchange, headers.copy())
        )
        if isinstance(decoded, Response):
            return decoded
    except IgnoreRequest as error:
        raise TooLargeError(f"{exchange.url}: more than {MAX_BYTES} bytes") from error
    except (OSError, EOFError, ValueError, zlib.error, brotli.error):
        del headers["Content-Encoding"]
    return _response(exchange, headers)


def _response(exchange: Exchange, headers: Headers) -> Response:
    kind = responsetypes.from_args(headers=headers, url=exchange.url, body=exchange.body)
    return kind(url=exchange.url, status=_status(exchange), headers=headers, body=exchange.body)


@cache
def _decoder() -> HttpCompressionMiddleware:
    settings = Settings({"DOWNLOAD_MAXSIZE": MAX_BYTES, "DOWNLOAD_WARNSIZE": 0})
    crawler = Crawler(Spider, settings)
    crawler.stats = DummyStatsCollector(crawler)
    return HttpCompressionMiddleware.from_crawler(crawler)


def _status(exchange: Exchange) -> int:
    return int(exchange.status_line[:3])


def _answered(record: WarcRecord) -> Exchange | None:
    """The exchange of a foreign record, None where it is not a web page that came."""
    try:
        record.parse_http()
    except OSError:
        return None
    found = _exchange(record)
    if found is None or _status(found) != _OK or not urlsplit(found.url).hostname:
        return None
    return found


def _exchange(record: WarcRecord) -> Exchange | None:
    url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
    protocol, _, status_line = (record.http_headers.status_line or "").partition(" ")
    if not record.is_http or not protocol.startswith("HTTP/") or not status_line[:3].isdecimal():
        return None
    lines = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in record.http_headers.items_bytes()
    )
    body = record.reader.read(MAX_BYTES + 1)
    chunked = [line for line in lines if line[0].lower() == "transfer-encoding"]
    if chunked:
        body = _joined(body)
        lines = tuple(line for line in lines if line not in chunked)
    return Exchange(
        url=url,
        fetched=record.record_date,
        request_line="",
        request_headers=(),
        protocol=protocol,
        status_line=status_line,
        response_headers=lines,
        body=body,
        address=record.headers.get("WARC-IP-Address"),
    )


def _handed_over(record: WarcRecord) -> Exchange:
    return Exchange(
        url=(record.headers.get("WARC-Target-URI") or "").strip("<>"),
        fetched=record.record_date,
        request_line="",
        request_headers=(),
        protocol="",
        status_line="",
        response_headers=(("Content-Type", record.headers.get("Content-Type") or ""),),
        body=record.reader.read(),
    )


def _joined(body: bytes) -> bytes:
    """A chunked body (RFC 9112, section 7.1) in one piece; any other as it is."""
    joined = bytearray()
    rest = body
    while True:
        size, end, rest = rest.partition(b"\r\n")
        try:
            length = int(size.partition(b";")[0], 16)
        except ValueError:
            return body
        if length <= 0 or not end:
            return bytes(joined)
        joined += rest[:length]
        rest = rest[length + 2 :]
