"""Exchanges to archive, and a way to look into what was written."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive.exchange import Exchange
from crawler.archive.writing import Archive

WHEN = datetime(2024, 5, 2, 8, 30, 15, 123456, tzinfo=UTC)
PAGE = (
    "<!doctype html><html lang='fr'><head><title>Écoute</title></head>"
    "<body><article><p>L’enceinte écoute.</p></article></body></html>"
).encode()
URL = "https://gazette.example/tech/a?x=1"


def an_exchange(**fields: object) -> Exchange:
    given = {
        "url": URL,
        "fetched": WHEN,
        "request_line": "GET /tech/a?x=1 HTTP/1.1",
        "request_headers": (("Host", "gazette.example"), ("User-Agent", "Earshot/0.1")),
        "protocol": "HTTP/1.1",
        "status_line": "200 OK",
        "response_headers": (
            ("Content-Type", "text/html; charset=utf-8"),
            ("X-Twice", "one"),
            ("X-Twice", "caf\xe9"),
        ),
        "body": PAGE,
        "address": "192.0.2.7",
    }
    return Exchange(**(given | fields))


def a_file(kind: str, body: bytes) -> Exchange:
    """A file that a person handed over."""
    return Exchange(URL, WHEN, "", (), "", "", (("Content-Type", kind),), body)


def an_archive(folder: Path, **options: int) -> Archive:
    return Archive(folder, "crawl-7", {"software": "Earshot/0.1"}, **options)


def members(path: Path) -> Iterator[tuple[int, bytes]]:
    """The gzip members of a file with their offsets, read without any WARC library."""
    rest, offset = path.read_bytes(), 0
    while rest:
        inflater = zlib.decompressobj(31)
        yield offset, inflater.decompress(rest)
        assert inflater.eof
        offset += len(rest) - len(inflater.unused_data)
        rest = inflater.unused_data


def fields(member: bytes) -> dict[str, str]:
    """The fields of a WARC record."""
    head = member.partition(b"\r\n\r\n")[0].decode()
    return dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
