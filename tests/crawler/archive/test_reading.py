"""Pages out of WARC files, Earshot's own and those of other programs."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest
from scrapy.http import HtmlResponse

from analysis.errors import InputError
from crawler.archive.reading import (
    MAX_BYTES,
    TooLargeError,
    read_page,
    read_pages,
    response_of,
)
from tests.crawler.archive.exchanges import PAGE, URL, WHEN, an_archive, an_exchange

HTML = b"Content-Type: text/html\r\n"


def record(block: bytes, kind: str = "response", url: str = URL, **extra: str) -> bytes:
    """A record of WARC 1.0 as other programs write it."""
    head = {
        "WARC-Type": kind,
        "WARC-Record-ID": "<urn:uuid:77584852-8322-448c-8467-bc200ffe8300>",
        "WARC-Target-URI": url,
        "WARC-Date": "2019-04-12T10:00:00Z",
        "Content-Type": f"application/http; msgtype={kind}",
        "Content-Length": str(len(block)),
        **extra,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return b"WARC/1.0\r\n" + lines.encode() + b"\r\n" + block + b"\r\n\r\n"


def test_a_page_comes_back_as_it_was_written(tmp_path):
    exchange = an_exchange()
    with an_archive(tmp_path) as archive:
        archive.write([exchange])
        capture = archive.write([exchange])
    back = read_page(tmp_path / capture.file, capture.offset)
    assert (back.url, back.fetched, back.address) == (URL, WHEN, exchange.address)
    assert (back.protocol, back.status_line) == ("HTTP/1.1", "200 OK")
    assert back.response_headers == exchange.response_headers
    assert back.body == PAGE


@pytest.mark.parametrize("offset", [0, 3, 10_000_000])
def test_a_place_without_a_page_is_named(tmp_path, offset):
    with an_archive(tmp_path) as archive:
        capture = archive.write([an_exchange()])
    with pytest.raises(InputError, match=rf"{capture.file}: .*byte {offset}"):
        read_page(tmp_path / capture.file, offset)
    with pytest.raises(InputError, match=r"nowhere\.warc\.gz: cannot be read"):
        read_page(tmp_path / "nowhere.warc.gz", 0)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("", PAGE),
        ("gzip", gzip.compress(PAGE)),
        ("x-gzip", gzip.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)[2:-4]),
        ("br", brotli.compress(PAGE)),
        ("gzip, br", brotli.compress(gzip.compress(PAGE))),
        ("gzip", PAGE),
        ("br", PAGE),
        ("identity", PAGE),
    ],
)
def test_a_body_is_decoded_and_one_that_was_decoded_already_taken_as_it_is(encoding, body):
    headers = (("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", encoding))
    response = response_of(an_exchange(response_headers=headers, body=body))
    assert isinstance(response, HtmlResponse)
    assert (response.url, response.status, response.body) == (URL, 200, PAGE)


@pytest.mark.parametrize("body", [gzip.compress(bytes(MAX_BYTES + 1)), bytes(MAX_BYTES + 1)])
def test_a_page_that_is_too_large_is_not_unpacked(body):
    headers = (("Content-Encoding", "gzip"),)
    with pytest.raises(TooLargeError, match="more than"):
        response_of(an_exchange(response_headers=headers, body=body))


def test_only_pages_that_came_are_taken_from_a_foreign_file(tmp_path):
    ok = b"HTTP/1.1 200 OK\r\n" + HTML + b"\r\n"
    content = [
        record(b"software: other\r\n", "warcinfo"),
        record(ok + b"one", url="https://a.example/1"),
        record(b"GET / HTTP/1.1\r\n\r\n", "request"),
        record(b"HTTP/1.1 404 Not Found\r\n\r\nno"),
        record(b"HTTP/1.1 301 Moved\r\nLocation: /x\r\n\r\n"),
        record(ok, "revisit"),
        record(b"<p>bare</p>", "resource"),
        record(b"garbage"),
        record(b"20 text/gemini\r\n# Hi", url="gemini://a.example/"),
        record(ok + b"dns", url="dns:a.example"),
        record(ok + b"x" * (MAX_BYTES + 9), url="https://a.example/large"),
        record(ok + b"two", url="<https://a.example/2>"),
        record(
            b"HTTP/1.0 200\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3;x=y\r\nthr\r\n2\r\nee\r\n0\r\n\r\n",
            url="https://a.example/3",
        ),
        record(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfour", url="https://a.example/4"
        ),
    ]
    for name, packed in (
        ("plain.warc", b"".join(content)),
        ("members.warc.gz", b"".join(map(gzip.compress, content))),
        ("whole.warc.gz", gzip.compress(b"".join(content))),
    ):
        (tmp_path / name).write_bytes(packed)
        pages = list(read_pages(tmp_path / name))
        assert [(page.url[-1], page.body) for page in pages] == [
            ("1", b"one"),
            ("2", b"two"),
            ("3", b"three"),
            ("4", b"four"),
        ], name
        assert {page.fetched.isoformat() for page in pages} == {"2019-04-12T10:00:00+00:00"}
        assert not any("Transfer-Encoding" in dict(page.response_headers) for page in pages)
        assert {page.request_line for page in pages} == {""}


def test_a_file_that_is_damaged_gives_what_stands_before_the_damage(tmp_path):
    ok = b"HTTP/1.1 200 OK\r\n" + HTML + b"\r\n"
    path = tmp_path / "a.warc.gz"
    whole = [
        gzip.compress(record(ok + b"page" * 50, url=f"https://a.example/{n}")) for n in range(3)
    ]
    whole[1] = whole[1][:30] + b"\xff\xff\xff\xff" + whole[1][34:]
    path.write_bytes(b"".join(whole))
    pages = read_pages(path)
    assert next(pages).url == "https://a.example/0"
    with pytest.raises(InputError, match=r"a\.warc\.gz: cannot be read as WARC after .* byte 0"):
        list(pages)


@pytest.mark.parametrize("content", [b"not a WARC file", b"\x1f\x8b\x08 nor this"])
def test_a_file_that_is_no_archive_is_named(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"notes\.txt: cannot be read as WARC"):
        list(read_pages(path))
