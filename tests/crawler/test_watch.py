"""Rounds of crawls on one machine: their pace, their failures, and how they end."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from analysis.errors import ConfigurationError
from crawler.watching import interval

WATCH = """
import sys
from datetime import timedelta
from crawler.watching import Step, watch
seconds, rounds, *commands = sys.argv[1:]
steps = [Step(f"step {n}", ("/bin/sh", "-c", c)) for n, c in enumerate(commands, 1)]
sys.exit(watch(steps, timedelta(seconds=float(seconds)), int(rounds) or None))
"""


def started(*arguments: str) -> subprocess.Popen[str]:
    """A watch whose rounds may be shorter than the command allows."""
    return subprocess.Popen(
        [sys.executable, "-c", WATCH, *arguments], stderr=subprocess.PIPE, text=True
    )


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1m", timedelta(minutes=1)),
        ("30m", timedelta(minutes=30)),
        ("1h", timedelta(hours=1)),
        ("2d", timedelta(days=2)),
    ],
)
def test_times(text, expected):
    assert interval(text) == expected


@pytest.mark.parametrize("text", ["", "1", "0m", "30s", "-1h", "1.5h", "1 h", "99999d", "h"])
def test_what_is_no_time_is_named(text):
    with pytest.raises(ConfigurationError, match=re.escape(f"every {text!r}: write a number of")):
        interval(text)


def test_rounds_are_counted_from_start_to_start(tmp_path):
    log = tmp_path / "log"
    process = started("2", "3", f"date +%s.%N >> {log}; sleep 0.5")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    first, second, third = map(float, log.read_text().split())
    assert second - first == pytest.approx(2, abs=0.7)
    assert third - second == pytest.approx(2, abs=0.7)
    assert errors.count("The next round starts at ") == 2


def test_a_round_that_takes_longer_is_followed_at_once():
    began = time.monotonic()
    process = started("0.2", "3", "sleep 0.5")
    _, errors = process.communicate(timeout=60)
    assert errors.count("the next starts at once") == 2
    assert time.monotonic() - began < 20


def test_a_round_that_fails_or_crashes_is_reported_and_the_next_goes_on(tmp_path):
    count, after = tmp_path / "count", tmp_path / "after"
    crawl = f"echo x >> {count}; case $(wc -l < {count}) in 1) exit 3;; 2) kill -9 $$;; esac"
    process = started("0.1", "3", crawl, f"echo y >> {after}")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Round 1 failed: step 1 ended with status 3." in errors
    assert "Round 2 failed: step 1 ended by signal 9." in errors
    assert "Round 3 failed" not in errors
    assert after.read_text() == "y\n"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_wait(tmp_path, how):
    log = tmp_path / "log"
    process = started("600", "0", f"echo x >> {log}")
    wait_until(log.exists)
    time.sleep(0.5)
    process.send_signal(how)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert "The watch has ended" in errors


def test_a_signal_at_any_moment_ends_the_watch_and_leaves_no_process(tmp_path):
    for moment in range(8):
        process = started("0", "0", "exec sleep 0.05")
        assert process.stderr is not None
        process.stderr.readline()
        time.sleep(0.03 * moment)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "Traceback" not in errors


def test_the_command_crawls_analyses_and_goes_on(run: Any, site: Any):
    site.put_article("/a")
    site.put_feed("/feed", [site.url("/a")])
    outlets = run.outlets(site.outlet("gazette"))
    done = run.crawl(
        *("watch", "--every", "1h", "--rounds", "1", "--outlets", outlets, "--analyse"),
        *("--outlet", "gazette", "--then", f"echo done > {run.folder}/done"),
    )
    assert done.returncode == 0, done.stderr
    assert run.stats() == {"gazette": {"feed:read": 1, "new": 1}}
    with run.store() as store:
        assert store.overview().claims > 0
    assert (run.folder / "done").read_text() == "done\n"


def test_a_wrong_time_stops_before_anything_is_asked(run: Any, site: Any):
    outlets = run.outlets(site.outlet("gazette"))
    done = run.crawl("watch", "--every", "10s", "--outlets", outlets)
    assert done.returncode == 1
    assert "every '10s': write a number of minutes, hours or days" in done.stderr
    assert site.requests == []


def test_sigterm_amid_a_crawl_stops_it_in_good_order(run: Any, site: Any):
    paths = [f"/{number}" for number in range(20)]
    for path in paths:
        site.put_article(path, delay=0.2)
    site.put_feed("/feed", list(map(site.url, paths)))
    outlets = run.outlets(site.outlet("gazette", politeness={"delay": 0, "concurrency": 1}))
    process = run.start(
        *("crawler", "watch", "--every", "1h", "--outlets", outlets),
        *("--then", f"echo done > {run.folder}/done"),
    )
    wait_until(lambda: run.kept() >= 2)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Stopping after the pages in hand" in errors
    assert "The watch has ended" in errors
    assert "Traceback" not in errors
    assert not (run.folder / "done").exists()
    with run.store() as store:
        assert store.crawl().interrupted
        kept = store.overview().articles
    for answer in site.answers.values():
        answer.delay = 0
    again = run.crawl("watch", "--every", "1h", "--rounds", "1", "--outlets", outlets)
    assert again.returncode == 0
    assert run.stats()["gazette"]["new"] == 20 - kept


def test_a_round_that_meets_another_crawl_says_so(run: Any, site: Any):
    outlets = run.outlets(site.outlet("gazette"))
    with run.store() as store:
        store.lock_for_crawl()
        done = run.crawl("watch", "--every", "1h", "--rounds", "1", "--outlets", outlets)
    assert done.returncode == 1
    assert "another crawl is at work on the store" in done.stderr
    assert "Round 1 failed: the crawl ended with status 75, another crawl" in done.stderr
    assert site.requests == []
