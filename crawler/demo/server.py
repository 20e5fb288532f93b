"""Serves the demonstration press on this machine, each outlet on its own port."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from threading import Thread
from types import TracebackType
from typing import Any

from analysis.errors import CrawlError
from crawler.demo.press import PRESS_FOLDER, Newsroom, load_press
from crawler.demo.site import Document, Edition, build_site

HOST = "127.0.0.1"
OUTLETS_FILE = Path(__file__).resolve().parent.parent / "data" / "demo.yml"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request that was answered.

    Attributes:
        outlet: key of the outlet.
        path: path and query, as requested.
        status: of the answer.
        user_agent: as the client gave it.
    """

    outlet: str
    path: str
    status: int
    user_agent: str


class Press:
    """The demonstration press, serving while the `with` block runs.

    ```python
    with Press() as press:
        press.url("lagazette", "/rss.xml")            # http://127.0.0.1:40113/rss.xml
        press.requests["lagazette", "/robots.txt"]    # how often it was asked for
        press.outlets_file(folder)                    # demo.yml with these ports
    ```
    """

    def __init__(
        self,
        ports: Sequence[int] | None = None,
        edition: Edition = 2,
        folder: Path = PRESS_FOLDER,
        delay: float = 2.0,
    ) -> None:
        """Loads the articles; nothing is served yet.

        Args:
            ports: one for each outlet, in the order of outlets.yml; None takes free ones.
            edition: 1 serves edited articles as first published, 2 as they became.
            folder: outlets and articles.
            delay: seconds before a slow page answers.

        Raises:
            ConfigurationError: a file of the folder is not valid.
        """
        self.newsrooms = load_press(folder)
        self.visits: list[Visit] = []
        self._ports = ports or [0] * len(self.newsrooms)
        self._edition = edition
        self._delay = delay
        self._servers: dict[str, _OutletServer] = {}
        self._running = ExitStack()

    def __enter__(self) -> Press:
        """Starts serving.

        Raises:
            CrawlError: a port is in use.
        """
        with ExitStack() as started:
            for newsroom, port in zip(self.newsrooms, self._ports, strict=True):
                server = started.enter_context(
                    _OutletServer(newsroom, port, self._edition, self._delay, self.visits)
                )
                Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
                started.callback(server.shutdown)
                self._servers[newsroom.key] = server
            self._running = started.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops serving and frees the ports."""
        self._running.close()
        self._servers.clear()

    def url(self, outlet: str, path: str = "/") -> str:
        """The address of a path of an outlet."""
        return f"{self._servers[outlet].base}{path}"

    @property
    def requests(self) -> Counter[tuple[str, str]]:
        """How often each (outlet, path) was asked for."""
        return Counter((visit.outlet, visit.path) for visit in tuple(self.visits))

    def outlets_file(self, folder: Path) -> Path:
        """Writes the crawler's outlets file of the press, with the ports it serves on."""
        addresses = {room.outlet.port: self.url(room.key) for room in self.newsrooms}
        text = OUTLETS_FILE.read_text(encoding="utf-8")
        path = folder / OUTLETS_FILE.name
        path.write_text(readdressed(text, addresses), encoding="utf-8")
        return path


def readdressed(text: str, addresses: Mapping[int, str]) -> str:
    """A text with the home page of each port of this machine put to a new address.

    All at once, since a new address may have the old port of another outlet.
    """
    ports = "|".join(map(str, addresses))
    return re.sub(
        rf"http://{re.escape(HOST)}:({ports})/", lambda match: addresses[int(match[1])], text
    )


class _OutletServer(ThreadingTCPServer):
    """One outlet's server; a thread for each connection."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self, newsroom: Newsroom, port: int, edition: Edition, delay: float, visits: list[Visit]
    ) -> None:
        name = newsroom.outlet.name
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise CrawlError(
                f"{name}, of the demonstration press, cannot be served on port {port} of {HOST}: "
                f"{error.strerror}. Stop the program that uses the port (another demonstration, "
                "perhaps), or choose other ports with --press-port"
            ) from error
        self.key = newsroom.key
        self.base = f"http://{HOST}:{self.server_address[1]}"
        self.site = build_site(newsroom, self.base, edition)
        self.delay = delay
        self.visits = visits

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up amid an answer (an interrupted crawl) is no error here."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _OutletServer
    protocol_version = "HTTP/1.1"
    server_version = "DemonstrationPress"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        site = self.server.site
        document = site.documents.get(self.path) or site.documents.get(self.path.partition("?")[0])
        if document is None:
            self._answer(HTTPStatus.NOT_FOUND, site.missing)
        elif self._is_fresh(document):
            self._answer(HTTPStatus.NOT_MODIFIED, document)
        else:
            self._answer(HTTPStatus.OK, document)

    do_HEAD = do_GET  # noqa: N815

    def _is_fresh(self, document: Document) -> bool:
        """Whether the client's copy is the current one (RFC 9110, section 13.2.2)."""
        etags = self.headers.get("If-None-Match")
        if etags is not None:
            return document.etag in {etag.strip().removeprefix("W/") for etag in etags.split(",")}
        try:
            since = parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
            return document.modified is not None and document.modified <= since
        except (TypeError, ValueError):  # none given, or not in the format of HTTP
            return False

    def _answer(self, status: HTTPStatus, document: Document) -> None:
        self.server.visits.append(
            Visit(self.server.key, self.path, status, self.headers.get("User-Agent", ""))
        )
        if document.slow:
            time.sleep(self.server.delay)
        self.send_response(status)
        if status != HTTPStatus.NOT_FOUND:
            self.send_header("ETag", document.etag)
            if document.modified:
                moment = format_datetime(document.modified.astimezone(UTC), usegmt=True)
                self.send_header("Last-Modified", moment)
        self.send_header("Cache-Control", "no-cache")
        if status == HTTPStatus.NOT_MODIFIED:
            self.end_headers()
            return
        self.send_header("Content-Type", document.content_type)
        self.send_header("Content-Length", str(len(document.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(document.body)

    def log_message(self, format: str, *args: object) -> None:
        """The crawler reports what it asked for; the server keeps quiet."""
