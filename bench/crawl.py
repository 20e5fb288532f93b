"""Pages a second that the crawl reads from the demonstration press.

Without the outlets' delays, which would be all that is measured otherwise. The first
crawl parses, judges and stores every page; the second finds every page unchanged.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.config import ROOT
from analysis.errors import CrawlError
from analysis.store import Store
from crawler.demo.server import Press


def main() -> None:
    """Measures and prints."""
    with TemporaryDirectory() as name, Press(delay=0.0) as press:
        folder = Path(name)
        database = f"sqlite:///{folder}/earshot.db"
        outlets = press.outlets_file(folder)
        text = outlets.read_text(encoding="utf-8")
        outlets.write_text(re.sub(r"delay: [\d.]+", "delay: 0", text), encoding="utf-8")
        print("crawl of the demonstration press, two requests at once to each outlet")
        for label in ("first", "again"):
            before = len(press.visits)
            _crawl(outlets, database)
            pages, seconds = len(press.visits) - before, _duration(database)
            rate = pages / seconds
            print(f"  {label}   {pages:3} requests in {seconds:5.2f} s: {rate:6.1f} a second")


def _crawl(outlets: Path, database: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "crawler", "crawl", "--outlets", str(outlets)],
        cwd=ROOT,
        env={**os.environ, "EARSHOT_DATABASE_URL": database},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _duration(database: str) -> float:
    """Seconds from the start of the last crawl to its end, without the program's own start."""
    with Store.open(database) as store:
        last = store.overview().last_crawl
    if last is None or last.finished is None:
        raise CrawlError("the crawl has left no note of its end in the store")
    return (last.finished - last.started).total_seconds()


if __name__ == "__main__":
    main()
