"""What an outlet is asked, and when: whole crawls of hosts that ask for something."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Lock
from typing import Any

import pytest

from crawler.outlets import Outlet
from crawler.politeness import paces, slot_of, user_agent
from tests.crawler.hostile import Host, Reply, article


def outlet(key: str, home: str, **entry: Any) -> Outlet:
    given = {"id": key, "name": key, "country": "FR", "language": "fr", "home": home}
    return Outlet(**{**given, "feeds": [f"{home}feed"], **entry})


def test_outlets_on_one_host_share_a_slot_at_the_slowest_pace():
    one = outlet("one", "https://a.example/", politeness={"delay": 1, "concurrency": 4})
    two = outlet("two", "https://www.a.example/tech/", politeness={"delay": 5, "concurrency": 2})
    other = outlet("other", "https://b.example/", politeness={"delay": 3, "concurrency": 1})
    outlets = (one, two, other)
    assert slot_of("https://www.a.example/tech/1", two, outlets) == "one"
    assert slot_of("https://b.example/1", other, outlets) == "other"
    assert slot_of("https://c.example/1", other, outlets) == "other"
    assert paces(outlets) == {
        "one": {"delay": 5, "concurrency": 2},
        "other": {"delay": 3, "concurrency": 1},
    }


def test_the_crawler_never_looks_like_a_browser():
    agent = user_agent((), "desk@newsroom.example")
    assert agent.startswith("Earshot/")
    assert "desk@newsroom.example" in agent
    assert not any(name in agent for name in ("Mozilla", "Chrome", "Safari", "Gecko"))


class Times:
    """Serves articles; notes when each was asked for, and how many at once."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, float]] = []
        self.most = 0
        self._now = 0
        self._lock = Lock()

    def __call__(self, reply: Reply) -> None:
        with self._lock:
            is_first = not any(path == reply.path for path, _ in self.asked)
            self.asked.append((reply.path, time.monotonic()))
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            self.answer(reply, is_first)
        finally:
            with self._lock:
                self._now -= 1

    def answer(self, reply: Reply, is_first: bool) -> None:
        time.sleep(0.05)
        reply.send(article(f"Article {reply.path}"))


class Busy(Times):
    """Asks whoever comes first to come back in two seconds."""

    def answer(self, reply: Reply, is_first: bool) -> None:
        if reply.path == "/0" and is_first:
            reply.send("", 429, "Retry-After: 2")
        else:
            super().answer(reply, is_first)


@pytest.fixture(scope="module")
def new_host() -> Iterator[Callable[..., Host]]:
    with ExitStack() as running:

        def make(*args: Any, **options: Any) -> Host:
            host = Host(*args, **options)
            running.callback(host.close)
            return host

        yield make


@pytest.fixture(scope="module")
def crawls(new_host, new_run):
    """Two crawls of one day; the pages' servers, the hosts, the run, the counts of each."""
    run = new_run()
    pages = {name: Times() for name in ("budget", "stopped", "shared")}
    pages["waits"] = Busy()

    def several(base: str) -> list[str]:
        return [f"{base}/{number}" for number in range(6)]

    hosts = {name: new_host(page, links=several) for name, page in pages.items()}
    tag = '<meta name="robots" content="noarchive">'
    hosts["noarchive"] = new_host(lambda reply: reply.send(article(head=tag)))
    hosts["header"] = new_host(
        lambda reply: reply.send(article(), 200, "X-Robots-Tag: earshot: noarchive")
    )
    hosts["archived"] = new_host(
        lambda reply: reply.send(article(), 200, "X-Robots-Tag: otherbot: noarchive")
    )
    entries = [
        outlet(
            name,
            f"{host.base}/",
            private_addresses=True,
            politeness={"delay": 0.0, "concurrency": 1},
            daily_budget=5 if name == "budget" else None,
        ).model_dump(mode="json", exclude_none=True)
        for name, host in hosts.items()
    ]
    twin = next(entry for entry in entries if entry["id"] == "shared")
    entries.append(twin | {"id": "twin", "feeds": [f"{hosts['shared'].base}/feed?twin"]})
    stop_list = run.folder / "stop.txt"
    stop_list.write_text(f"127.0.0.1:{hosts['stopped'].port}/3\n", encoding="utf-8")
    run.settings["EARSHOT_STOPLIST"] = str(stop_list)
    outlets = run.outlets(*entries)
    stats = []
    for _ in range(2):
        done = run.crawl("crawl", "--outlets", outlets)
        assert done.returncode == 0, done.stderr
        stats.append(run.stats())
    return pages, hosts, run, stats


def test_a_host_is_left_alone_as_long_as_it_asks(crawls):
    pages, _, _, stats = crawls
    (first, refused), (_, following), *_ = pages["waits"].asked
    assert first == "/0"
    assert following - refused >= 2
    assert stats[0]["waits"] == {"feed:read": 1, "new": 6}


def test_a_daily_budget_holds_over_the_crawls_of_a_day(crawls):
    _, hosts, _, stats = crawls
    assert stats[0]["budget"] == {"feed:read": 1, "new": 3, "budget": 3}
    assert hosts["budget"].asked[:5] == ["/robots.txt", "/feed", "/0", "/1", "/2"]
    assert len(hosts["budget"].asked) == 6
    assert stats[1]["budget"]["feed:budget"] == 1


def test_what_is_on_the_stop_list_is_never_asked_for(crawls):
    _, hosts, _, stats = crawls
    assert stats[0]["stopped"] == {"feed:read": 1, "new": 5, "stop_list": 1}
    assert "/3" not in hosts["stopped"].asked


def test_outlets_on_one_host_are_not_asked_at_once(crawls):
    pages, _, _, stats = crawls
    assert pages["shared"].most == 1
    assert stats[0]["shared"]["new"] + stats[0]["twin"].get("new", 0) == 6


@pytest.mark.parametrize(
    ("name", "is_archived"), [("noarchive", False), ("header", False), ("archived", True)]
)
def test_no_copy_is_kept_where_a_page_forbids_it(crawls, name, is_archived):
    _, hosts, run, _ = crawls
    with run.store() as store:
        page = store.page(f"{hosts[name].base}/a")
        version = store.history(page.article_id)[0]
    assert (version.capture is not None) == is_archived


def test_a_stop_list_that_cannot_be_read_stops_the_crawl(new_run, new_host):
    run = new_run()
    run.settings["EARSHOT_STOPLIST"] = str(run.folder / "none.txt")
    host = new_host(Times())
    entry = outlet("one", f"{host.base}/", private_addresses=True)
    outlets = run.outlets(entry.model_dump(mode="json", exclude_none=True))
    done = run.crawl("crawl", "--outlets", outlets)
    assert done.returncode == 1
    assert "none.txt: cannot read the stop list" in done.stderr
    assert host.asked == []
