"""Bodies as they were before they were compressed: bounded, and whole or not at all."""

from __future__ import annotations

import zlib

import brotli  # type: ignore[import-untyped]
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Request

from crawler.visits import RefusedRequest

ACCEPTED = "gzip, deflate, br"
_LAYERS = 2
"""Codings that a body may have one over the other; each is unpacked in full."""
_CHUNK = 65536
_GZIP, _GZIP_OR_ZLIB, _RAW = 31, 47, -15
"""Formats, as zlib's `wbits` names them."""


class CompressionMiddleware(HttpCompressionMiddleware):
    """Scrapy's, which passes on what can be unpacked of a broken body.

    This one ends it as `truncated` where it stops short, as `bad_encoding` where it is not what
    its header says, as `too_large` where it unpacks to more than DOWNLOAD_MAXSIZE.
    """

    def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Says what can be unpacked; zstd is not among it, being of no use where br is."""
        request.headers.setdefault("Accept-Encoding", ACCEPTED)

    def _handle_encoding(
        self, body: bytes, content_encoding: list[bytes], max_size: int
    ) -> tuple[bytes, list[bytes]]:
        given = b",".join(content_encoding).split(b",")
        if len(given) > _LAYERS:
            raise RefusedRequest("bad_encoding")
        if not body:  # of a 304, which repeats the header
            return body, []
        return super()._handle_encoding(body, content_encoding, max_size)

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        try:
            if encoding == b"br":
                return _unbrotli(body, max_size)
            if encoding in {b"gzip", b"x-gzip"}:
                return _unzip(body, _GZIP, max_size)
            if encoding == b"deflate":
                try:
                    return _unzip(body, _GZIP_OR_ZLIB, max_size)
                except zlib.error:  # without the header, as some servers have it
                    return _unzip(body, _RAW, max_size)
        except (zlib.error, brotli.error) as error:
            raise RefusedRequest("bad_encoding") from error
        raise RefusedRequest("bad_encoding")


def _unzip(body: bytes, wbits: int, max_size: int) -> bytes:
    """What zlib unpacks, of all members that follow one another."""
    out = bytearray()
    rest = body
    while True:
        unpacker = zlib.decompressobj(wbits)
        while rest and not unpacker.eof:
            out += unpacker.decompress(rest, _CHUNK)
            rest = unpacker.unconsumed_tail
            _check(out, max_size)
        if not unpacker.eof:
            raise RefusedRequest("truncated")
        rest = unpacker.unused_data
        if wbits == _RAW or not rest.startswith(b"\x1f\x8b"):
            return bytes(out)


def _unbrotli(body: bytes, max_size: int) -> bytes:
    unpacker = brotli.Decompressor()
    out = bytearray()
    data = body
    while not unpacker.is_finished():
        chunk = unpacker.process(data, output_buffer_limit=_CHUNK)
        if not chunk and not unpacker.is_finished():
            raise RefusedRequest("truncated")
        data = b""
        out += chunk
        _check(out, max_size)
    return bytes(out)


def _check(out: bytearray, max_size: int) -> None:
    if max_size and len(out) > max_size:
        raise RefusedRequest("too_large")
