"""A crawl that is killed again and again ends with the store of one that was left alone."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context, set_forkserver_preload
from pathlib import Path
from typing import Any

import pytest

from analysis.config import load_settings
from analysis.store import Store
from crawler.archive.verifying import verify
from crawler.demo.server import Press
from tests.crawling import crawl

KILLS = int(os.environ.get("EARSHOT_TEST_KILLS", "50" if os.environ.get("CI") else "10"))
MODULES = ["crawler.cli", "crawler.pipelines", "crawler.spiders.news", "tests.crawling"]


@pytest.fixture
def press() -> Iterator[Press]:
    with Press(edition=1, delay=0) as running:
        yield running


@pytest.fixture
def start(press: Press, tmp_path: Path) -> Callable[[str], Any]:
    """Starts a crawl of the press into a store; a process whose imports are done already."""
    outlets = press.outlets_file(tmp_path)
    text = outlets.read_text(encoding="utf-8").replace("delay: 0.05", "delay: 0")
    outlets.write_text(text, encoding="utf-8")
    processes = get_context("forkserver")
    set_forkserver_preload(MODULES)

    def begin(name: str) -> Any:
        process = processes.Process(target=crawl, args=(str(tmp_path), name, str(outlets)))
        process.start()
        return process

    return begin


def contents(folder: Path, name: str) -> dict[str, Any]:
    """Everything that the crawl left but times and numbers of crawls; its archive is whole."""
    url = f"sqlite:///{folder}/{name}.db"
    archive = load_settings({"EARSHOT_DATABASE_URL": url}).archive
    assert archive is not None
    with Store.open(url) as store:
        captures = store.captures()
        assert verify(archive, captures).damage == []
        articles = [
            [
                (v.number, v.article.title, v.article.paragraphs, v.article.published)
                for v in store.history(row.id)
            ]
            for row in store.article_rows()
        ]
        outlets = set(store.overview().last_crawl.stats)
        pages = [store.page(url) for outlet in outlets for url in store.known_urls(outlet)]
    return {
        "articles": sorted(articles),
        "archived": sorted(address for address, _ in captures),
        "pages": sorted(
            (p.url, p.outcome, p.status, p.article_id, p.etag, p.body_digest) for p in pages
        ),
    }


@pytest.mark.timeout(900)
def test_a_crawl_killed_at_any_moment_loses_and_doubles_nothing(press, start, tmp_path):
    undisturbed = start("undisturbed")
    undisturbed.join(120)
    assert undisturbed.exitcode == 0
    expected = contents(tmp_path, "undisturbed")
    assert len(expected["articles"]) > 40
    requests = len(press.visits)

    choice = random.Random(2024)
    kills = stores = 0
    while kills < KILLS:
        stores += 1
        name = f"killed-{stores}"
        while True:
            before = len(press.visits)
            process = start(name)
            # After some requests and a moment more; the last ones are past the crawl's end.
            wanted, pause = choice.randrange(requests // 3), choice.random() / 10
            while len(press.visits) - before < wanted and process.is_alive():
                time.sleep(0.002)
            if kills < KILLS and process.is_alive():
                time.sleep(pause)
                process.kill()
            process.join(120)
            if process.exitcode == -signal.SIGKILL:
                kills += 1
                continue
            assert process.exitcode == 0
            found = contents(tmp_path, name)
            for kind, rows in expected.items():
                assert [row for row in found[kind] if row not in rows] == [], (name, kills)
                assert [row for row in rows if row not in found[kind]] == [], (name, kills)
                assert len(found[kind]) == len(rows), (name, kills)
            break
    assert kills == KILLS
