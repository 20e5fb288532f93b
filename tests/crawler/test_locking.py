"""Two crawls at once on one store: the second is refused, until the first one's process is gone."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis.errors import BusyError
from analysis.store import Store
from crawler.running import BUSY


@pytest.fixture
def slow(run: Any, site: Any, store_url: str) -> Any:
    """A run on each database in turn, with an outlet that takes its time."""
    run.settings["EARSHOT_DATABASE_URL"] = store_url
    site.put_article("/a", delay=30)
    site.put_feed("/feed", [site.url("/a")])
    run.outlets(site.outlet("gazette"))
    return run


@pytest.fixture
def first(slow: Any, site: Any) -> Iterator[subprocess.Popen[str]]:
    """A crawl in the middle of its work."""
    process = slow.start("crawler", "crawl", "--outlets", str(slow.folder / "outlets.yml"))
    wait_until(lambda: bool(site.asked("/a")))
    yield process
    process.kill()
    process.communicate()


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_second_crawl_is_refused_and_the_first_goes_on(slow, site, first, store_url):
    asked = len(site.requests)
    outlets = str(slow.folder / "outlets.yml")
    done = slow.crawl("crawl", "--outlets", outlets)
    assert done.returncode == BUSY
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: another crawl is at work on the store ")
    assert f"(process {first.pid} on " in line
    assert "wait for its end or stop it" in line
    listed = slow.crawl("urls", "-", "--outlets", outlets, stdin=site.url("/b"))
    assert listed.returncode == BUSY
    assert len(site.requests) == asked
    assert first.poll() is None
    with Store.open(store_url) as store:
        assert store.crawl().id == 1
        assert store.crawl().finished is None


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_lock_goes_with_its_process(slow, site, first, how):
    first.send_signal(how)
    if how == signal.SIGTERM:  # once more: at once
        time.sleep(0.5)
        first.send_signal(how)
    first.communicate(timeout=60)
    site.answers["/a"].delay = 0
    done = slow.crawl("crawl", "--outlets", str(slow.folder / "outlets.yml"))
    assert done.returncode == 0, done.stderr


def test_a_dry_run_and_a_check_need_no_lock(slow, site, first):
    site.answers["/a"].delay = 0
    outlets = str(slow.folder / "outlets.yml")
    assert slow.crawl("crawl", "--outlets", outlets, "--dry-run").returncode == 0
    assert "gazette" in slow.crawl("check-outlets", "--outlets", outlets, "--json").stdout
    assert first.poll() is None


def test_closing_a_store_releases_it(store_url: str) -> None:
    with Store.open(store_url) as held, Store.open(store_url) as other:
        held.lock_for_crawl()
        with pytest.raises(BusyError, match="another crawl is at work"):
            other.lock_for_crawl()
        held.close()
        other.lock_for_crawl()


def test_a_lock_that_goes_in_a_moment_is_waited_for(store_url: str) -> None:
    with Store.open(store_url) as held, Store.open(store_url) as other:
        held.lock_for_crawl()
        ending = threading.Timer(0.3, held.close)
        ending.start()
        other.lock_for_crawl()
        ending.join()


def test_another_name_of_the_same_file_is_the_same_store(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "real.db")
    with (
        Store.open(f"sqlite:///{tmp_path}/real.db") as held,
        Store.open(f"sqlite:///{tmp_path}/link.db") as other,
    ):
        held.lock_for_crawl()
        with pytest.raises(BusyError):
            other.lock_for_crawl()


def test_a_store_in_memory_needs_no_lock() -> None:
    with Store.open("sqlite://") as store, Store.open("sqlite://") as another:
        for each in (store, another):
            each.lock_for_crawl()
            assert each.start_crawl(["ledger"]) == 1
