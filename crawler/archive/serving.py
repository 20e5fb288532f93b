"""Archived pages shown on this machine, so that nothing in them acts.

A page is foreign code. It is shown without scripts, frames, links and forms, under a Content
Security Policy that lets the browser fetch nothing and puts the page in a sandbox; its exact
bytes can be looked at as text. A file that a person handed over can be saved as it is.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lxml import etree  # type: ignore[import-untyped]
from lxml.html import HTMLParser, document_fromstring, tostring  # type: ignore[import-untyped]
from scrapy.http import TextResponse

from analysis.store import Version
from crawler.archive.exchange import Exchange
from crawler.archive.reading import response_of
from crawler.pages import decode

HOST = "127.0.0.1"
POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_CODE = ("script", "iframe")
_LOADING = ("link", "base", "meta", "frame", "frameset", "object", "embed")
"""What goes with its content, and what goes alone: the policy by itself would not keep a browser
from connecting early (`rel=preconnect`), and an `embed` may hold the rest of the page."""
_LEADING = ("href", "ping", "action", "formaction", "srcdoc", "target")
_ENDINGS = {"text/html": ".html", "text/plain": ".txt", "application/pdf": ".pdf"}
_INDEX = """<!doctype html>
<meta charset="utf-8"><title>Archived: {url}</title>
<style>body {{ font: 1rem/1.5 sans-serif; margin: 2rem; max-width: 60rem }}
dt {{ font-weight: bold }} dd {{ overflow-wrap: anywhere }}</style>
<h1>{title}</h1><p>{url}</p>{versions}"""
_VERSION = """<h2>Version {number}</h2>
<p>{links}</p>
<dl><dt>Seen</dt><dd>{first} to {last}</dd><dt>{how}</dt><dd>{fetched}{source}</dd>
<dt>SHA-256 of {what}</dt><dd>{digest}</dd>
<dt>File</dt><dd>{file}, byte {offset}</dd></dl>"""


@dataclass(frozen=True)
class ShownPage:
    """A version of an article with its archived page, or the file that it was read from."""

    version: Version
    exchange: Exchange

    @cached_property
    def text(self) -> str:
        """The page's source, decoded."""
        if self.exchange.is_file:
            return decode(self.exchange.body)
        response = response_of(self.exchange)
        declared = response.encoding if isinstance(response, TextResponse) else None
        return decode(response.body, declared)

    @property
    def headers(self) -> str:
        """The answer's start line and headers."""
        found = self.exchange
        lines = [f"{name}: {value}" for name, value in found.response_headers]
        return "\n".join([f"{found.protocol} {found.status_line}", *lines, ""])

    @cached_property
    def answers(self) -> dict[str, tuple[str, str | bytes]]:
        """What is served of it, by name: media type, and text or bytes to be saved."""
        kind = self.exchange.media_type
        is_file = self.exchange.is_file
        found: dict[str, tuple[str, str | bytes]] = {}
        if kind == "text/html" or not is_file:
            found["page"] = ("text/html", inert(self.text))
        if kind.startswith("text/") or not is_file:
            found["source"] = ("text/plain", self.text)
        if not is_file:
            found["headers"] = ("text/plain", self.headers)
        else:
            original = f"original{_ENDINGS.get(kind, '')}"
            found[original] = ("application/octet-stream", self.exchange.body)
        return found


class ArchiveServer(ThreadingHTTPServer):
    """Serves the archived versions of one article on the loopback interface.

    Args:
        url: the article's address.
        pages: its archived versions.
        port: 0 takes a free one.
    """

    daemon_threads = True

    def __init__(self, url: str, pages: Sequence[ShownPage], port: int = 0) -> None:
        self._answers: dict[str, tuple[str, str | bytes]] = {
            "/": ("text/html", index(url, pages)),
            **{
                f"/{page.version.number}/{name}": answer
                for page in pages
                for name, answer in page.answers.items()
            },
        }
        super().__init__((HOST, port), _Handler)

    @property
    def address(self) -> str:
        """Where the list of versions is."""
        return f"http://{HOST}:{self.server_port}/"

    def answer(self, host: str, path: str) -> tuple[HTTPStatus, str, str | bytes]:
        """Status, media type and text, or bytes to be saved, for a request.

        A request under another name than this address comes from a foreign page whose name
        was made to point here (DNS rebinding).
        """
        if host != f"{HOST}:{self.server_port}":
            return HTTPStatus.FORBIDDEN, "text/plain", f"only served at {self.address}\n"
        if path not in self._answers:
            return HTTPStatus.NOT_FOUND, "text/plain", "no such page\n"
        return HTTPStatus.OK, *self._answers[path]


class _Handler(BaseHTTPRequestHandler):
    server: ArchiveServer

    def do_GET(self) -> None:
        status, kind, content = self.server.answer(self.headers.get("Host", ""), self.path)
        body = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        if content is body:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Disposition", "attachment")
        else:
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def inert(source: str) -> str:
    """A page without what runs, loads or leads anywhere; its words and look remain."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return ""
    etree.strip_elements(tree, *_CODE, with_tail=False)
    etree.strip_tags(tree, *_LOADING)
    for element in tree.iter():
        for name in list(element.attrib):
            if name in _LEADING or name.startswith("on") or name.endswith(":href"):
                del element.attrib[name]
    return f"<!doctype html>{tostring(tree, encoding='unicode')}"


def index(url: str, pages: Sequence[ShownPage]) -> str:
    """The list of versions."""
    newest = pages[-1].version.article
    versions = "".join(_escaped(_VERSION, _facts(page), _links(page)) for page in pages)
    head = {"title": newest.title or url, "url": url}
    return _INDEX.format(
        **{key: html.escape(value) for key, value in head.items()}, versions=versions
    )


def _facts(page: ShownPage) -> Mapping[str, object]:
    version, capture, found = page.version, page.version.capture, page.exchange
    return {
        "number": version.number,
        "first": f"{version.first_seen:%Y-%m-%d %H:%M}",
        "last": f"{version.last_seen:%Y-%m-%d %H:%M} UTC",
        "how": "Handed over" if found.is_file else "Fetched",
        "fetched": f"{found.fetched:%Y-%m-%d %H:%M:%S} UTC",
        "source": "" if found.is_file else f" from {found.url}",
        "what": "the file" if found.is_file else "what was sent",
        "digest": capture.digest.partition(":")[2] if capture else "",
        "file": capture.file if capture else "",
        "offset": capture.offset if capture else "",
    }


def _links(page: ShownPage) -> str:
    root = f"/{page.version.number}"
    return " · ".join(f'<a href="{root}/{name}">{name.capitalize()}</a>' for name in page.answers)


def _escaped(template: str, facts: Mapping[str, object], links: str) -> str:
    escaped = {key: html.escape(str(value)) for key, value in facts.items()}
    return template.format(**escaped, links=links)
