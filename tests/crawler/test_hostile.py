"""One crawl of everything that can go wrong on the web, and of outlets where nothing does."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from crawler.demo.server import Press
from tests.crawler import hostile
from tests.crawler.hostile import FEEDS, PAGES, Host, Page, Reply, article, storm

pytestmark = pytest.mark.timeout(300)
MEMORY = 300
"""Megabytes that the crawling process may have had at its peak."""
SETTINGS = {
    "DOWNLOAD_TIMEOUT": 5,
    "BACKOFF_FIRST_WAIT": 0.05,
    "BACKOFF_MAX_WAIT": 2,
    "PARSE_SECONDS": 2,
    "TWISTED_DNS_RESOLVER": "tests.crawler.hostile.Names",
}
STORMS: dict[str, tuple[Page, int]] = {
    "storm-403": (storm(403), 403),
    "storm-429": (storm(429, "Retry-After: 0"), 429),
    "storm-429-date": (storm(429, f"Retry-After: {hostile.in_a_day()}"), 429),
    "storm-451": (storm(451), 451),
    "storm-503": (storm(503, "Retry-After: 1"), 503),
    "storm-500": (storm(500), 500),
}
LINKS = 30


def fine(reply: Reply) -> None:
    reply.send(article(f"Article {reply.path}"))


class Watch:
    """Notes the most memory that a process ever had, as the system counts it."""

    def __init__(self, pid: int) -> None:
        self.megabytes = 0
        self._status = Path(f"/proc/{pid}/status")
        Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while True:
            try:
                found = re.search(r"VmHWM:\s+(\d+) kB", self._status.read_text())
            except OSError:
                return
            if found is None:
                return
            self.megabytes = int(found[1]) // 1024
            time.sleep(0.1)


@pytest.fixture(scope="module")
def new_host() -> Iterator[Callable[..., Host]]:
    with ExitStack() as running:

        def make(*args: Any, **options: Any) -> Host:
            host = Host(*args, **options)
            running.callback(host.close)
            return host

        yield make


@pytest.fixture(scope="module")
def crawled(new_host, new_run, tmp_path_factory):
    """The hosts by outlet, the run, the output, the peak memory in megabytes."""
    run = new_run()
    hosts = {name: new_host(page) for name, (page, _) in PAGES.items()}
    hosts |= {name: new_host(fine, feed=feed) for name, (feed, _) in FEEDS.items()}
    many = [f"/{number}" for number in range(LINKS)]
    for name, (page, _) in STORMS.items():
        hosts[name] = new_host(page, links=lambda base: [base + path for path in many])
    hosts["tls"] = new_host(fine, context=hostile.self_signed(tmp_path_factory.mktemp("tls")))
    hosts["names"] = new_host(fine)
    hosts["calendar"] = new_host(
        lambda reply: fine(reply) if reply.path == "/a" else hostile.calendar(reply)
    )
    hosts["sessions"] = new_host(hostile.sessions)
    hosts["nofollow"] = new_host(hostile.nofollow)
    hosts["no-addresses"] = new_host(hostile.no_addresses)
    hosts["attributes-in-listing"] = new_host(PAGES["attributes"][0])
    hosts["sitemap-loop"] = new_host(hostile.sitemap_loop)
    hosts["sitemap-tree"] = new_host(hostile.sitemap_tree)
    entries = []
    for name, host in hosts.items():
        entry = {
            "id": name,
            "name": name,
            "country": "FR",
            "language": "fr",
            "home": f"{host.base}/",
            "private_addresses": True,
            "politeness": {"delay": 0, "concurrency": 1},
        }
        listing = {"url": f"{host.base}/list", "links": "h2 a"}
        special: dict[str, dict[str, Any]] = {
            "calendar": {"listings": [{**listing, "url": f"{host.base}/day/0", "next": "a.next"}]},
            "sessions": {"listings": [listing]},
            "nofollow": {"listings": [listing]},
            "no-addresses": {"listings": [listing]},
            "attributes-in-listing": {"listings": [listing]},
            "sitemap-loop": {"sitemaps": [f"{host.base}/a.xml"]},
            "sitemap-tree": {"sitemaps": [f"{host.base}/a"], "daily_budget": 250},
            "names": {
                "private_addresses": False,
                "home": f"http://inside.test:{host.port}/",
                "feeds": ["http://metadata.test/feed", "http://router.test/feed"],
                "sitemaps": [f"http://inside.test:{host.port}/map.xml"],
            },
        }
        entries.append(entry | special.get(name, {"feeds": [f"{host.base}/feed"]}))
    with Press(delay=0.1) as press:
        demo = press.outlets_file(run.folder).read_text(encoding="utf-8")
        outlets = run.outlets(*entries, *yaml.safe_load(demo)["outlets"])
        rooms = [room.key for room in press.newsrooms]
        options = [part for pair in SETTINGS.items() for part in ("-s", "=".join(map(str, pair)))]
        process = run.start(
            "scrapy", "crawl", "news", "-a", f"outlets={outlets}", "-a", "contact=a@b.org", *options
        )
        watch = Watch(process.pid)
        out, errors = process.communicate(timeout=280)
    assert process.returncode == 0, errors
    return hosts, run, out + errors, watch.megabytes, rooms


def test_each_bad_page_has_its_outcome(crawled):
    _, run, *_ = crawled
    stats = run.stats()
    found = {name: stats[name] for name in PAGES}
    assert found == {name: {"feed:read": 1, outcome: 1} for name, (_, outcome) in PAGES.items()}


def test_each_bad_feed_has_its_counts(crawled):
    _, run, *_ = crawled
    stats = run.stats()
    assert {name: stats[name] for name in FEEDS} == {
        name: counts for name, (_, counts) in FEEDS.items()
    }


@pytest.mark.parametrize(
    ("outlet", "counts"),
    [
        ("tls", {"feed:tls": 1}),
        ("names", {"feed:private_address": 2, "sitemap:private_address": 1}),
        ("calendar", {"listing:read": 3, "new": 1}),
        ("sessions", {"listing:read": 1, "new": 1}),
        ("nofollow", {"listing:nofollow": 1}),
        ("no-addresses", {"listing:read": 1, "new": 1}),
        ("attributes-in-listing", {"listing:parse_limit": 1}),
        ("sitemap-loop", {"sitemap:index": 2}),
        ("sitemap-tree", {"sitemap:index": 201}),
    ],
)
def test_traps_end(crawled, outlet, counts):
    _, run, *_ = crawled
    assert run.stats()[outlet] == counts


@pytest.mark.parametrize("outlet", STORMS)
def test_a_storm_ends_with_the_host_left_alone(crawled, outlet):
    hosts, run, *_ = crawled
    counts = run.stats()[outlet]
    status = f"http_{STORMS[outlet][1]}"
    assert counts.keys() == {"feed:read", status, "backed_off"}
    assert counts[status] + counts["backed_off"] == LINKS
    assert len(hosts[outlet].asked) <= 2 + 20


def test_names_of_private_addresses_are_never_connected_to(crawled):
    hosts, *_ = crawled
    assert hosts["names"].asked == []


def test_wrong_charsets_and_nuls_leave_the_text_whole(crawled):
    hosts, run, *_ = crawled
    with run.store() as store:
        for name in ("charset-wrong", "charset-lying", "charset-unknown", "nul"):
            page = store.page(f"{hosts[name].base}/a")
            assert page is not None
            assert page.article_id is not None
            read = store.article(page.article_id)
            assert read is not None
            assert read.paragraphs[0].startswith("Amazon reconnaît que des salariés écoutent")


def test_the_well_behaved_outlets_are_read_in_the_same_run(crawled):
    _, run, _, _, rooms = crawled
    stats = run.stats()
    assert all(stats[room]["new"] >= 9 for room in rooms)


def test_memory_stays_flat(crawled):
    *_, megabytes, _ = crawled
    assert 50 < megabytes < MEMORY


def test_nothing_ends_in_a_traceback(crawled):
    _, _, output, *_ = crawled
    assert "Traceback" not in output
