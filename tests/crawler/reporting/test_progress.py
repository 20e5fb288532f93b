"""How far a crawl is: counts, rates, the time left where it can be known."""

import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from crawler.reporting.progress import Pace, Paces, clock

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("pace", "rate", "left"),
    [
        (Pace(), None, 0.0),
        (Pace(sources=1), None, None),
        (Pace(found=40, visited=4, first=0.0), None, None),
        (Pace(found=41, visited=11, first=0.0), 0.5, 60.0),
        (Pace(found=41, visited=11, first=0.0, sources=1), 0.5, None),
        (Pace(found=41, visited=41, first=0.0), 2.0, 0.0),
        (Pace(found=2, visited=2, first=0.0), None, 0.0),
    ],
)
def test_the_time_left_is_known_once_the_sources_are_read(pace, rate, left):
    assert pace.rate(20.0) == rate
    assert pace.left(20.0) == left


def test_the_slowest_outlet_decides():
    paces = Paces()
    paces.outlets["quick"] = Pace(found=40, visited=21, kept=3, first=0.0)
    paces.outlets["slow"] = Pace(found=101, visited=11, kept=1, first=10.0)
    assert paces.left(20.0) == 90.0
    total = paces.total()
    assert (total.found, total.visited, total.kept, total.first) == (141, 32, 4, 0.0)
    paces.of("open").sources += 1
    assert paces.left(20.0) is None
    assert Paces().left(20.0) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5.4, "00:05"), (65, "01:05"), (3905, "1:05:05"), (90000, "1 day, 1:00:00")],
)
def test_a_time_is_read_at_a_glance(seconds, text):
    assert clock(seconds) == text


def test_a_terminal_sees_a_bar_for_each_outlet(run, site):
    for number in range(8):
        site.put_article(f"/{number}", delay=0.1)
    site.put_feed("/feed", [site.url(f"/{number}") for number in range(8)])
    outlets = run.outlets(site.outlet("gazette", politeness={"delay": 0, "concurrency": 1}))
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "crawler", "crawl", "--outlets", outlets],
        cwd=ROOT,
        env={**os.environ, "EARSHOT_DATABASE_URL": run.database, "TERM": "xterm", "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=follower,
        text=True,
    )
    os.close(follower)
    shown = b"".join(_read(leader)).decode("utf-8", "replace")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    for words in ("All outlets", "Gazette", "/8", "kept", "/min"):
        assert words in shown
    assert "8 new" in out


def _read(terminal):
    """What a terminal is sent until its last process has gone (then reading fails on Linux)."""
    with suppress(OSError):
        while chunk := os.read(terminal, 65536):
            yield chunk
    os.close(terminal)
