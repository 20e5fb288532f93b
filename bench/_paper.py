"""A large generated press on this machine: many outlets, each on a port, in a process of its own.

Texts are mixed from those that the encoder was trained on, pages are made from the templates of
the demonstration press, all beforehand.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import multiprocessing
import random
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from itertools import cycle
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from analysis.config import ROOT
from crawler.demo.press import Newsroom, PressArticle, load_press
from crawler.demo.site import Document, build_site

TRAINING = ROOT / "analysis" / "data" / "training" / "articles"
HOST = "127.0.0.1"
HOSTS = 20
FIRST_DAY = datetime(2017, 1, 1, tzinfo=UTC)
Training = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Stand:
    """One outlet as it is served.

    Attributes:
        base: its address, without the slash at the end.
        paths: of its articles.
    """

    key: str
    name: str
    language: str
    base: str
    paths: tuple[str, ...]


class Paper:
    """A press of some thousand articles, serving while the `with` block runs.

    Attributes:
        stands: its outlets.
    """

    def __init__(self, pages: int, hosts: int = HOSTS) -> None:
        """Nothing is served yet.

        Args:
            pages: articles of all outlets together.
            hosts: outlets.
        """
        spawning = multiprocessing.get_context("spawn")
        self.stands: tuple[Stand, ...] = ()
        self._served = RawValue(ctypes.c_long, 0)
        self._ready, there = spawning.Pipe()
        self._process = spawning.Process(
            target=_run, args=(pages, hosts, there, self._served), daemon=True
        )

    def __enter__(self) -> Paper:
        """Starts serving."""
        self._process.start()
        self.stands = self._ready.recv()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops serving."""
        self._process.terminate()
        self._process.join()

    @property
    def served(self) -> int:
        """Articles served so far."""
        return int(self._served.value)

    @property
    def urls(self) -> list[str]:
        """The addresses of all articles."""
        return [f"{stand.base}{path}" for stand in self.stands for path in stand.paths]

    def outlets_file(self, folder: Path) -> Path:
        """Writes an outlets file for the crawler: two requests at once, no delay."""
        entries = [
            {
                "id": stand.key,
                "name": stand.name,
                "country": "FR" if stand.language == "fr" else "GB",
                "language": stand.language,
                "home": f"{stand.base}/",
                "sitemaps": [f"{stand.base}/sitemap.xml"],
                "politeness": {"delay": 0, "concurrency": 2},
                "private_addresses": True,
            }
            for stand in self.stands
        ]
        path = folder / "outlets.yml"
        path.write_text(yaml.safe_dump({"outlets": entries}), encoding="utf-8")
        return path


def newsrooms(pages: int, hosts: int = HOSTS, seed: int = 7) -> list[Newsroom]:
    """Outlets like those of the demonstration press, with as many articles in all."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    training = _training()
    rooms = []
    for number, room in zip(range(hosts), cycle(load_press())):
        share = range(pages * number // hosts, pages * (number + 1) // hosts)
        outlet = room.outlet.model_copy(update={"discovery": ("sitemap",)})
        section = next(iter(outlet.sections))
        texts = training[outlet.language]
        articles = tuple(_article(chance, texts, n, section) for n in share)
        rooms.append(replace(room, key=f"{room.key}-{number}", outlet=outlet, articles=articles))
    return [replace(room, briefs=()) for room in rooms]


def _training() -> Training:
    found: Training = {"fr": [], "en": []}
    for file in sorted(TRAINING.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            article = json.loads(line)
            if len(article["paragraphs"]) > 2:
                found[article["lang"]].append(article)
    return found


def _article(
    chance: random.Random, texts: list[dict[str, Any]], number: int, section: str
) -> PressArticle:
    """An article mixed from two."""
    one, other = chance.sample(texts, 2)
    mixed = [*one["paragraphs"], *other["paragraphs"]]
    chance.shuffle(mixed)
    published = FIRST_DAY + timedelta(hours=number * 15, minutes=chance.randrange(60))
    return PressArticle(
        slug=f"story-{number}",
        section=section,
        title=f"{one['title']} ({number})",
        standfirst=other["paragraphs"][0].partition(". ")[0] + ".",
        authors=(chance.choice(("Ann Example", "Maud Kermeur", "Louis Abadie")),),
        published=published,
        modified=published + timedelta(hours=3) if number % 3 == 0 else None,
        paragraphs=tuple(mixed[: max(5, len(mixed) * 2 // 3)]),
    )


def _run(pages: int, hosts: int, ready: Connection, served: Any) -> None:
    asyncio.run(_serve(pages, hosts, ready, served))


async def _serve(pages: int, hosts: int, ready: Connection, served: Any) -> None:
    loop = asyncio.get_running_loop()
    stands = []
    async with AsyncExitStack() as running:
        for room in newsrooms(pages, hosts):
            answers: dict[bytes, bytes] = {}
            paths = tuple(article.path for article in room.articles)
            counted = frozenset(path.encode() for path in paths)
            answering = partial(_Answering, answers, counted, served)
            server = await loop.create_server(answering, HOST, 0)
            await running.enter_async_context(server)
            base = f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
            site = build_site(room, base, 2)
            for path, document in site.documents.items():
                answers[path.encode()] = _answer(HTTPStatus.OK, document)
            answers[b""] = _answer(HTTPStatus.NOT_FOUND, site.missing)
            stands.append(Stand(room.key, room.outlet.name, room.outlet.language, base, paths))
        ready.send(tuple(stands))
        await loop.create_future()


def _answer(status: HTTPStatus, document: Document) -> bytes:
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nETag: {document.etag}\r\n"
        f"Content-Type: {document.content_type}\r\nContent-Length: {len(document.body)}\r\n\r\n"
    )
    return head.encode() + document.body


class _Answering(asyncio.Protocol):
    """One connection, kept open."""

    def __init__(
        self, answers: Mapping[bytes, bytes], counted: frozenset[bytes], served: Any
    ) -> None:
        self._answers = answers
        self._counted = counted
        self._served = served
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """Answers every request that is complete."""
        *requests, self._unread = (self._unread + data).split(b"\r\n\r\n")
        for request in requests:
            path = request.split(b" ", 2)[1]
            self._transport.write(self._answers.get(path) or self._answers[b""])
            if path in self._counted:
                self._served.value += 1
