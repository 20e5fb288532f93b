"""A web site on this machine that answers as told, and the crawler run against it."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from analysis.store import Page, Store

ROOT = Path(__file__).resolve().parents[2]
SENTENCES = {
    "fr": (
        "Amazon reconnaît que des salariés écoutent des enregistrements d’Alexa pour améliorer "
        "l’assistant vocal, sans que les clients en aient été informés clairement. ",
        "La CNIL rappelle que la vie privée et les données personnelles des utilisateurs doivent "
        "être protégées, y compris quand l’enceinte connectée se déclenche par erreur. ",
        "Les enregistrements vocaux seraient conservés plusieurs mois sur les serveurs. ",
    ),
    "en": (
        "Amazon confirmed that its staff listen to recordings of Alexa users to improve the "
        "voice assistant, a practice that customers had not been told about. ",
        "Privacy campaigners said that personal data collected by smart speakers must be "
        "protected, even when the device wakes up by mistake in a living room. ",
        "The voice recordings are kept on the company's servers for several months. ",
    ),
    "de": (
        "Amazon bestätigte, dass Mitarbeiter Aufnahmen von Alexa anhören, um die Erkennung der "
        "Sprache zu verbessern, worüber die Kundschaft nicht unterrichtet worden war. ",
        "Datenschützer fordern, dass personenbezogene Daten besser geschützt werden müssen, auch "
        "wenn der Lautsprecher im Wohnzimmer versehentlich anspringt und mithört. ",
        "Die Aufnahmen werden mehrere Monate lang auf den Servern des Unternehmens gespeichert. ",
    ),
    "off": (
        "La tarte aux pommes se prépare en une heure, avec une pâte brisée faite la veille et "
        "des pommes un peu acides, que l’on coupe en lamelles fines et régulières. ",
        "On la sert tiède, avec une cuillerée de crème fraîche, comme le veut la tradition des "
        "villages de la côte où les vergers descendent presque jusqu’à la mer. ",
        "Le four doit être bien chaud avant d’y glisser le plat. ",
    ),
}


@dataclass
class Answer:
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0


class Site:
    """Serves `answers` by path on a free port of 127.0.0.1; without a robots.txt of its own."""

    def __init__(self, validators: bool = True) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[tuple[str, int]] = []
        self.times: list[float] = []
        self.agents: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(validators))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def asked(self, path: str) -> list[int]:
        """The statuses of the answers to requests for a path."""
        return [status for seen, status in self.requests if seen == path]

    def put(self, path: str, body: str | bytes = b"", **options: Any) -> None:
        content = body.encode() if isinstance(body, str) else body
        options.setdefault("headers", {"Content-Type": "text/html; charset=utf-8"})
        self.answers[path] = Answer(content, **options)

    def put_article(
        self,
        path: str,
        kind: str = "fr",
        more: str = "",
        date: str = "2024-05-02T08:00:00+02:00",
        **options: Any,
    ) -> None:
        """An article; without a date if `date` is empty."""
        lang = "fr" if kind == "off" else kind
        stamp = f'<meta property="article:published_time" content="{date}">'
        paragraphs = "".join(f"<p>{sentence * 2}</p>" for sentence in SENTENCES[kind])
        self.put(
            path,
            f'<!doctype html><html lang="{lang}"><head><title>{path}</title>'
            f"{stamp if date else ''}</head><body><article><h1>Article {path}</h1>{paragraphs}"
            f"<p>{path} {more}</p></article></body></html>",
            **options,
        )

    def put_feed(self, path: str, links: list[str], **options: Any) -> None:
        items = "".join(f"<item><title>t</title><link>{link}</link></item>" for link in links)
        options.setdefault("headers", {"Content-Type": "application/rss+xml"})
        self.put(
            path,
            f'<?xml version="1.0"?><rss version="2.0"><channel><title>f</title>{items}'
            "</channel></rss>",
            **options,
        )

    def outlet(self, key: str, **entry: Any) -> dict[str, Any]:
        """The entry of this site in an outlets file; crawled at full speed."""
        defaults = {
            "id": key,
            "name": key.title(),
            "country": "FR",
            "language": "fr",
            "home": self.url(),
            "private_addresses": True,
            "politeness": {"delay": 0, "concurrency": 4},
        }
        if not entry.keys() & {"feeds", "sitemaps", "listings", "searches", "gdelt"}:
            entry["feeds"] = [self.url("/feed")]
        return defaults | entry

    def _handler(site, validators: bool) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                answer = site.answers.get(self.path, Answer(b"", 404))
                site.agents.add(self.headers.get("User-Agent", ""))
                etag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
                fresh = validators and self.headers.get("If-None-Match") == etag
                status = 304 if fresh and answer.status == 200 else answer.status
                site.requests.append((self.path, status))
                site.times.append(time.monotonic())
                time.sleep(answer.delay)
                body = b"" if status == 304 else answer.body
                try:
                    self.send_response(status)
                    for name, value in answer.headers.items():
                        self.send_header(name, value)
                    if validators:
                        self.send_header("ETag", etag)
                    if status != 304:
                        self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except ConnectionError:
                    self.close_connection = True

            def log_message(self, *args: object) -> None:
                pass

        return Handler


@dataclass
class Run:
    """The crawler in a folder of its own: its outlets file, its store, its processes.

    `settings` are further variables of the environment.
    """

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder}/earshot.db"

    def outlets(self, *entries: dict[str, Any]) -> str:
        path = self.folder / "outlets.yml"
        path.write_text(yaml.safe_dump({"outlets": list(entries)}), encoding="utf-8")
        return str(path)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """`python -m` with these arguments, on this folder's store."""
        environment = {key: value for key, value in os.environ.items() if "EARSHOT" not in key}
        environment |= {"EARSHOT_DATABASE_URL": self.database, "COLUMNS": "200", **self.settings}
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def crawl(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """`python -m crawler` with these arguments, to its end."""
        process = self.start("crawler", *arguments)
        out, errors = process.communicate(stdin, timeout=90)
        return subprocess.CompletedProcess(arguments, process.returncode, out, errors)

    def store(self) -> Store:
        return Store.open(self.database)

    def stats(self) -> dict[str, dict[str, int]]:
        """What the last crawl counted."""
        with self.store() as store:
            crawl = store.overview().last_crawl
        assert crawl is not None
        return crawl.stats

    def kept(self) -> int:
        """How many articles the store holds; none while there is no store yet."""
        with suppress(sqlite3.OperationalError):
            uri = f"file:{self.folder}/earshot.db?mode=ro"
            with closing(sqlite3.connect(uri, uri=True)) as database:
                (count,) = database.execute("SELECT count(*) FROM articles").fetchone()
                return int(count)
        return 0

    def put_back(self, time: timedelta) -> None:
        """Makes every visit that long ago."""
        with self.store() as store:
            for crawl_outlet in self.stats():
                for url in store.known_urls(crawl_outlet):
                    page = store.page(url)
                    assert page is not None
                    store.record_page(replace(page, fetched=page.fetched - time))

    def page(self, url: str) -> Page | None:
        with self.store() as store:
            return store.page(url)


@pytest.fixture(scope="session")
def new_site() -> Iterator[Callable[..., Site]]:
    """Makes sites that serve until the tests end."""
    with ExitStack() as running:

        def make(validators: bool = True) -> Site:
            site = Site(validators)
            running.callback(site.close)
            return site

        yield make


@pytest.fixture
def site(new_site: Callable[..., Site]) -> Site:
    return new_site()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


@pytest.fixture(scope="session")
def new_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Run]:
    """Makes folders for crawls that several tests look at."""
    return lambda: Run(tmp_path_factory.mktemp("crawl"))
