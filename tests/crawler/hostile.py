"""A web server that misbehaves in every way that the crawler has to stand, each on its own port."""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import brotli
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scrapy.resolver import CachingThreadedResolver

HTML = "text/html; charset=utf-8"
TEXT = (
    "Amazon reconnaît que des salariés écoutent des enregistrements d’Alexa pour améliorer "
    "l’assistant vocal, sans que les clients en aient été informés. La CNIL rappelle que la vie "
    "privée et les données personnelles doivent être protégées. "
)
MEGABYTE = 1024 * 1024
NAMES = {"inside.test": "127.0.0.1", "metadata.test": "169.254.169.254", "router.test": "10.0.0.1"}


class Names(CachingThreadedResolver):
    """A name server under whose names stand addresses that nobody should be sent to."""

    def getHostByName(self, name: str, timeout: Any = ()) -> Any:  # noqa: N802 - Twisted's name
        return super().getHostByName(NAMES.get(name, name), timeout)


def article(title: str = "Article", more: str = "", head: str = "") -> str:
    paragraphs = f"<p>{TEXT * 2}</p>" * 3
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{title}</title>{head}'
        f"</head><body><article><h1>{title}</h1>{paragraphs}{more}</article></body></html>"
    )


class Reply:
    """Writes an answer, piece by piece."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler
        self.path = handler.path
        self.connection = handler.connection
        self.base = f"http://127.0.0.1:{self.connection.getsockname()[1]}"

    def write(self, data: bytes | str) -> None:
        self._handler.wfile.write(data.encode() if isinstance(data, str) else data)

    def head(self, status: int = 200, *lines: str, kind: str = HTML) -> None:
        text = [f"HTTP/1.1 {status} x", f"Content-Type: {kind}", "Connection: close", *lines]
        self.write("\r\n".join(text) + "\r\n\r\n")

    def send(self, body: bytes | str, status: int = 200, *lines: str, kind: str = HTML) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.head(status, f"Content-Length: {len(data)}", *lines, kind=kind)
        self.write(data)

    def redirect(self, target: str) -> None:
        self.send("", 302, f"Location: {target}", "Set-Cookie: seen=1")

    def trickle(self, pieces: Iterator[bytes]) -> None:
        for piece in pieces:
            self.write(piece)
            time.sleep(0.1)


Page = Callable[[Reply], None]


class Host:
    """One port: a robots.txt that permits all, a feed, and a page for everything else.

    Attributes:
        asked: the paths that were asked for.
    """

    def __init__(
        self,
        page: Page,
        links: Callable[[str], list[str]] = lambda base: [f"{base}/a"],
        feed: Page | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.asked: list[str] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                host.asked.append(self.path)
                self.close_connection = True
                reply = Reply(self)
                with suppress(OSError):
                    if self.path == "/robots.txt":
                        reply.send("", 404)
                    elif self.path == "/feed":
                        (feed or host._feed)(reply)
                    else:
                        page(reply)

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *args: object) -> None:
                pass

        self._links = links
        self.server = Server(("127.0.0.1", 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = self.server.server_address[1]
        scheme = "https" if context else "http"
        self.base = f"{scheme}://127.0.0.1:{self.port}"
        Thread(target=self.server.serve_forever, args=(0.1,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _feed(self, reply: Reply) -> None:
        reply.send(feed_of(self._links(self.base)), kind="application/rss+xml")


def feed_of(links: list[str], doctype: str = "", title: str = "Alexa et la vie privée") -> str:
    items = "".join(f"<item><title>{title}</title><link>{link}</link></item>" for link in links)
    return (
        f'<?xml version="1.0"?>{doctype}<rss version="2.0"><channel><title>f</title>{items}'
        "</channel></rss>"
    )


def self_signed(folder: Path) -> ssl.SSLContext:
    """A certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "self-signed.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def reset(reply: Reply) -> None:
    """Ends the connection as a crashed server does, with RST."""
    reply.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    reply.connection.close()


def packed(body: bytes, coding: str, *lines: str) -> Page:
    return lambda reply: reply.send(body, 200, f"Content-Encoding: {coding}", *lines)


def endless(reply: Reply) -> None:
    reply.head()
    while True:
        reply.write("<p>" + TEXT * 500)


def endless_headers(reply: Reply) -> None:
    reply.write("HTTP/1.1 200 x\r\n")
    number = 0
    while True:
        number += 1
        reply.write(f"X-{number}: {'x' * 4000}\r\n" * 20)


def slow_headers(reply: Reply) -> None:
    reply.write("HTTP/1.1 200 x\r\n")
    reply.trickle(f"X-{number}: x\r\n".encode() for number in range(1000))


def slow_body(reply: Reply) -> None:
    reply.head()
    reply.trickle(b"<p>" for _ in range(1000))


def many_megabytes(reply: Reply) -> None:
    reply.head(200, f"Content-Length: {50 * MEGABYTE}")
    for _ in range(50):
        reply.write(b"<p>x</p>" * (MEGABYTE // 8))


def chunked_megabytes(reply: Reply) -> None:
    reply.head(200, "Transfer-Encoding: chunked")
    chunk = b"<p>x</p>" * (MEGABYTE // 8)
    for _ in range(50):
        reply.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")


def cookie_wall(reply: Reply) -> None:
    """Sends back whoever does not bring the cookie along."""
    reply.redirect(reply.path)


def consent(reply: Reply) -> None:
    if reply.path == "/a":
        reply.redirect("/consent?return=/a")
    else:
        reply.send("<html><body><form><button>Accepter</button></form></body></html>")


def chain(reply: Reply) -> None:
    reply.redirect(f"/a{len(reply.path)}{reply.path}")


def soft_404(reply: Reply) -> None:
    reply.send(
        "<html><head><title>Page introuvable | Journal</title></head><body><article>"
        "<h1>Page introuvable</h1><p>La page que vous cherchez a peut-être été déplacée. "
        "Essayez la recherche, ou revenez à la page d’accueil du journal.</p></article></body>"
    )


def calendar(reply: Reply) -> None:
    """A listing whose next page is always there."""
    day = int(reply.path.rpartition("/")[2] or 0) + 1
    reply.send(f'<h2><a href="/a">t</a></h2><a class="next" href="/day/{day}">next</a>')


def sessions(reply: Reply) -> None:
    if reply.path.startswith("/list"):
        links = (f'<h2><a href="/a;jsessionid={n:08X}?PHPSESSID={n}">t</a></h2>' for n in range(50))
        reply.send("".join(links))
    else:
        reply.send(article())


def nofollow(reply: Reply) -> None:
    head = '<meta name="robots" content="noindex, nofollow">'
    reply.send(f'<html><head>{head}</head><body><h2><a href="/a">t</a></h2></body></html>')


def no_addresses(reply: Reply) -> None:
    if reply.path.startswith("/list"):
        schemes = ("javascript:alert(1)", "mailto:a@b.example", "data:text/html,x", "http://[::1")
        links = "".join(f'<h2><a href="{scheme}">t</a></h2>' for scheme in schemes)
        reply.send(f'{links}<h2><a href="/a">t</a></h2>')
    else:
        reply.send(article())


def sitemap_loop(reply: Reply) -> None:
    """Two indexes that name themselves and each other."""
    entries = f"<sitemap><loc>{reply.base}/a.xml</loc></sitemap>" + (
        f"<sitemap><loc>{reply.base}/b.xml</loc></sitemap>"
    )
    reply.send(_index(entries), kind="application/xml")


def sitemap_tree(reply: Reply) -> None:
    """An index of indexes without end."""
    entries = "".join(
        f"<sitemap><loc>{reply.base}{reply.path}{number}</loc></sitemap>" for number in range(100)
    )
    reply.send(_index(entries), kind="application/xml")


def _index(entries: str) -> str:
    return (
        '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"{entries}</sitemapindex>"
    )


def storm(status: int, *lines: str) -> Page:
    return lambda reply: reply.send("no", status, *lines)


def in_a_day() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)


def entity_bomb() -> str:
    entities = "".join(
        f'<!ENTITY {letter} "{f"&{previous};" * 10}">'
        for previous, letter in zip("abcdefghi", "bcdefghij", strict=True)
    )
    return f'<!DOCTYPE rss [<!ENTITY a "lol">{entities}]>'


BOMB = b"<p>x</p>" * (4 * MEGABYTE)
PLAIN = article().encode()
LATIN = article().replace("’", "'").encode("latin-1")

PAGES: dict[str, tuple[Page, str]] = {
    "redirect-loop": (lambda reply: reply.redirect(reply.path), "redirects"),
    "redirect-chain": (chain, "redirects"),
    "to-private": (lambda reply: reply.redirect("http://127.0.0.1:9/"), "private_address"),
    "to-mapped": (lambda reply: reply.redirect("http://[::ffff:127.0.0.1]/"), "private_address"),
    "to-link-local": (lambda reply: reply.redirect("http://169.254.7.7/"), "private_address"),
    "to-metadata": (
        lambda reply: reply.redirect("http://169.254.169.254/latest/meta-data/"),
        "private_address",
    ),
    "to-decimal": (lambda reply: reply.redirect("http://2130706433/"), "offsite"),
    "to-name": (lambda reply: reply.redirect("http://metadata.google.internal/"), "offsite"),
    "to-file": (lambda reply: reply.redirect("file:///etc/passwd"), "http_302"),
    "slow-body": (slow_body, "timeout"),
    "slow-headers": (slow_headers, "timeout"),
    "endless": (endless, "too_large"),
    "endless-headers": (endless_headers, "connection"),
    "gzip-bomb": (packed(gzip.compress(BOMB, 1), "gzip"), "too_large"),
    "deflate-bomb": (packed(zlib.compress(BOMB, 1), "deflate"), "too_large"),
    "brotli-bomb": (packed(brotli.compress(BOMB, quality=1), "br"), "too_large"),
    "gzip-on-gzip": (packed(PLAIN, ", ".join(["gzip"] * 1000)), "bad_encoding"),
    "gzip-cut": (packed(gzip.compress(PLAIN)[:-20], "gzip"), "truncated"),
    "gzip-not": (packed(PLAIN, "gzip"), "bad_encoding"),
    "length-long": (
        lambda reply: (reply.head(200, "Content-Length: 99999"), reply.write(PLAIN)),
        "truncated",
    ),
    "length-short": (
        lambda reply: (reply.head(200, "Content-Length: 60"), reply.write(PLAIN)),
        "no_body",
    ),
    "charset-wrong": (lambda reply: reply.send(LATIN, kind=HTML), "new"),
    "charset-lying": (lambda reply: reply.send(PLAIN, kind="text/html; charset=utf-16"), "new"),
    "charset-unknown": (lambda reply: reply.send(PLAIN, kind="text/html; charset=x-\xff"), "new"),
    "nul": (lambda reply: reply.send(PLAIN.replace(b"Amazon", b"Ama\0zon\0")), "new"),
    "megabytes": (many_megabytes, "too_large"),
    "megabytes-chunked": (chunked_megabytes, "too_large"),
    "deep": (lambda reply: reply.send(article(more="<div>" * 10_000)), "too_large"),
    "attributes": (
        lambda reply: reply.send(
            article(more=f"<p {' '.join(f'a{number}' for number in range(400_000))}>")
        ),
        "parse_limit",
    ),
    "json": (lambda reply: reply.send('{"html": "<p>x</p>"}'), "not_html"),
    "soft-404": (soft_404, "soft_404"),
    "home": (
        lambda reply: reply.redirect("/") if reply.path == "/a" else reply.send(article()),
        "soft_404",
    ),
    "cookie-wall": (cookie_wall, "redirects"),
    "consent": (consent, "no_body"),
    "reset": (reset, "connection"),
    "reset-midway": (
        lambda reply: (reply.head(200, "Content-Length: 9999"), reply.write("<p>"), reset(reply)),
        "truncated",
    ),
    "silent": (lambda reply: None, "connection"),
    "not-http": (lambda reply: reply.write(b"\x00\xff" * 500), "connection"),
}
"""What the only article of an outlet does, and how its visit must end."""

FEEDS: dict[str, tuple[Page, dict[str, int]]] = {
    "feed-bomb": (
        lambda reply: reply.send(
            feed_of([f"{reply.base}/a"], entity_bomb(), "Alexa &j;"), kind="application/rss+xml"
        ),
        {"feed:read": 1, "new": 1},
    ),
    "feed-external": (
        lambda reply: reply.send(
            feed_of(
                [f"{reply.base}/a"],
                '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
                "Alexa &x;",
            ),
            kind="application/rss+xml",
        ),
        {"feed:read": 1, "new": 1},
    ),
    "feed-malformed": (
        lambda reply: reply.send(
            feed_of([f"{reply.base}/a"], title="Alexa & vie privée <b>").replace("</channel>", "")
        ),
        {"feed:read": 1, "new": 1},
    ),
    "feed-deep": (
        lambda reply: reply.send('<rss version="2.0"><channel>' + "<a>" * 500_000),
        {"feed:parse_limit": 1},
    ),
    "feed-html": (lambda reply: reply.send(article()), {"feed:not_xml": 1}),
    "feed-cut": (
        lambda reply: reply.send(feed_of([f"{reply.base}/a"])[:90]),
        {"feed:read": 1},
    ),
}
"""What an outlet's feed does, and what must be counted."""
