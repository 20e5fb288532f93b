"""The full crawl beside a bare Scrapy spider, on thousands of pages: speed and memory.

Both ask the same local server, without delays, two requests at once to each host. The bare
spider runs before and after, since a machine is not equally fast all the time.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.config import ROOT
from analysis.errors import CrawlError
from analysis.store import Store
from bench._paper import HOSTS, Paper

PAGES = 5_000
STEPS = 10
PROC = Path("/proc")


@dataclass(frozen=True)
class Held:
    """A look at the crawl and its child, which reads the pages.

    Attributes:
        pages: served so far.
        memory: megabytes of each.
        seconds: of the processor that each has used.
    """

    pages: int
    memory: tuple[float, float]
    seconds: tuple[float, float]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=PAGES, help="articles (default: %(default)s)")
    parser.add_argument("--hosts", type=int, default=HOSTS, help="outlets (default: %(default)s)")
    given = parser.parse_args()
    with TemporaryDirectory() as name, Paper(given.pages, given.hosts) as paper:
        folder = Path(name)
        print(f"{given.pages} pages of {given.hosts} hosts, two requests at once to each")
        bare = [_bare(folder, paper)]
        full = _full(folder, paper)
        bare.append(_bare(folder, paper))
        for label, rate in zip(("before", "after"), bare, strict=True):
            print(f"  bare spider, {label:6}  {rate:7.1f} pages a second")
        print(f"  full crawl           {full:7.1f} pages a second")
        print(f"  full / bare          {full / (sum(bare) / len(bare)):7.2f}")


def _bare(folder: Path, paper: Paper) -> float:
    file = folder / "addresses"
    file.write_text("\n".join(paper.urls), encoding="utf-8")
    said = subprocess.run(
        [sys.executable, "-m", "bench._bare", str(file)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    pages, seconds = json.loads(said.stdout)
    if pages != len(paper.urls):
        raise CrawlError(f"the bare spider got {pages} pages of {len(paper.urls)}")
    return float(pages / seconds)


def _full(folder: Path, paper: Paper) -> float:
    """Pages a second of the crawl, from its start to its end."""
    database = f"sqlite:///{folder}/earshot.db"
    before = paper.served
    with subprocess.Popen(
        [sys.executable, "-m", "crawler", "crawl", "--outlets", str(paper.outlets_file(folder))],
        cwd=ROOT,
        env={**os.environ, "EARSHOT_DATABASE_URL": database},
        stdout=subprocess.DEVNULL,
    ) as crawl:
        found = _watch(crawl, paper, before)
    if crawl.returncode:
        raise CrawlError(f"the crawl ended with status {crawl.returncode}")
    _show_memory(found, len(paper.urls))
    _show_time(found)
    with Store.open(database) as store:
        last = store.overview().last_crawl
    if last is None or last.finished is None:
        raise CrawlError("the crawl has left no note of its end in the store")
    outcomes = sum((Counter(counts) for counts in last.stats.values()), Counter[str]())
    print("  outcomes: " + ", ".join(f"{name} {n}" for name, n in outcomes.most_common()))
    return (paper.served - before) / (last.finished - last.started).total_seconds()


def _watch(crawl: subprocess.Popen[bytes], paper: Paper, before: int) -> list[Held]:
    """What the crawl and its child hold and have used, until the crawl ends."""
    found = []
    while crawl.poll() is None:
        held = _held(crawl.pid, paper.served - before)
        if held is not None:
            found.append(held)
        time.sleep(0.1)
    return found


def _show_memory(found: list[Held], pages: int) -> None:
    if not found:
        return
    print("  megabytes    crawl   child   both")
    for step in range(1, STEPS + 1):
        reached = [held for held in found if held.pages >= pages * step // STEPS]
        if reached:
            crawl, child = reached[0].memory
            print(f"  page {reached[0].pages:5}  {crawl:6.0f}  {child:6.0f} {crawl + child:6.0f}")
    crawl, child = (max(values) for values in zip(*(held.memory for held in found), strict=True))
    both = max(sum(held.memory) for held in found)
    print(f"  peak        {crawl:6.0f}  {child:6.0f} {both:6.0f}")


def _show_time(found: list[Held]) -> None:
    """Processor time a page, from the first page on."""
    under_way = [held for held in found if held.pages > 0 and all(held.seconds)]
    if len(under_way) > 1 and under_way[-1].pages > under_way[0].pages:
        first, last = under_way[0], under_way[-1]
        pages = last.pages - first.pages
        crawl, child = (
            (later - earlier) * 1000 / pages
            for earlier, later in zip(first.seconds, last.seconds, strict=True)
        )
        print(f"  milliseconds of the processor a page: crawl {crawl:.1f}, child {child:.1f}")


def _held(pid: int, pages: int) -> Held | None:
    """What a process and its children hold and have used; None where the system does not tell."""
    try:
        children = {
            int(child)
            for thread in (PROC / f"{pid}/task").iterdir()
            for child in (thread / "children").read_text().split()
        }
        return Held(
            pages,
            (_megabytes(pid), sum(map(_megabytes, children))),
            (_seconds(pid), sum(map(_seconds, children))),
        )
    except OSError:
        return None


def _megabytes(pid: int) -> float:
    """0 for a process that has just ended."""
    held = re.search(r"^VmRSS:\s+(\d+)", (PROC / f"{pid}/status").read_text(), re.MULTILINE)
    return int(held[1]) / 1024 if held else 0.0


def _seconds(pid: int) -> float:
    """Processor time so far."""
    fields = (PROC / f"{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
