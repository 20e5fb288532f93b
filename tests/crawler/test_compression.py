import gzip
import zlib

import brotli
import pytest

from crawler.compression import CompressionMiddleware
from crawler.visits import RefusedRequest

PAGE = b"<p>Amazon staff listen to recordings.</p>" * 50
LIMIT = 10_000


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKED = {
    b"gzip": gzip.compress(PAGE),
    b"x-gzip": gzip.compress(PAGE[:100]) + gzip.compress(PAGE[100:]),
    b"deflate": zlib.compress(PAGE),
    b"br": brotli.compress(PAGE),
}


@pytest.mark.parametrize("coding", PACKED)
def test_bodies_are_unpacked(coding):
    assert CompressionMiddleware._decode(PACKED[coding], coding, LIMIT) == PAGE


def test_a_body_without_zlibs_header_is_unpacked_too():
    assert CompressionMiddleware._decode(raw_deflate(PAGE), b"deflate", LIMIT) == PAGE


def test_what_follows_a_gzip_body_is_left_out():
    assert CompressionMiddleware._decode(PACKED[b"gzip"] + b"\0" * 9, b"gzip", LIMIT) == PAGE


BOMB = b"\0" * 50_000_000


@pytest.mark.parametrize(
    ("body", "coding", "outcome"),
    [
        (PACKED[b"gzip"][:-9], b"gzip", "truncated"),
        (PACKED[b"gzip"][:-4], b"gzip", "truncated"),
        (PACKED[b"gzip"][:5], b"gzip", "truncated"),
        (PACKED[b"deflate"][:-5], b"deflate", "truncated"),
        (PACKED[b"br"][:-5], b"br", "truncated"),
        (PAGE, b"gzip", "bad_encoding"),
        (PAGE, b"br", "bad_encoding"),
        (PAGE, b"zstd", "bad_encoding"),
        (gzip.compress(BOMB, 1), b"gzip", "too_large"),
        (zlib.compress(BOMB, 1), b"deflate", "too_large"),
        (brotli.compress(BOMB, quality=1), b"br", "too_large"),
        (gzip.compress(b"x" * 6000) * 2, b"gzip", "too_large"),
    ],
    # A packed body holds the time it was packed at, and a name must not.
    ids=lambda given: f"{len(given)}-bytes" if isinstance(given, bytes) else given,
)
def test_broken_and_endless_bodies_have_an_outcome(body, coding, outcome):
    with pytest.raises(RefusedRequest) as refusal:
        CompressionMiddleware._decode(body, coding, LIMIT)
    assert refusal.value.outcome == outcome
