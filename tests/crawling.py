"""A crawl as the function of a process of its own, for tests that start very many."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def crawl(folder: str, name: str, outlets: str) -> None:
    """`python -m crawler crawl` into a store of this name; leaves with its exit status."""
    from crawler.cli import run

    os.environ["EARSHOT_DATABASE_URL"] = f"sqlite:///{folder}/{name}.db"
    with Path(folder, f"{name}.log").open("a") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    sys.exit(run(outlets=outlets))
