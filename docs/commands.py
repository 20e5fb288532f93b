"""Prints docs/commands.md, the help of all commands as one page: `make docs`."""

from __future__ import annotations

import subprocess
import sys

INTRODUCTION = """\
# Commands

Each is run with the environment's Python: `.venv/bin/python -m ...`. This page is
the commands' own help (`--help`), written by `make docs`.
"""
COMMANDS = {
    "crawler.cli": "python -m crawler",
    "analysis.cli": "python -m analysis",
    "crawler.demo.run": "python -m crawler.demo",
}


def page() -> str:
    """The whole page, in Markdown."""
    parts = [INTRODUCTION]
    for module, name in COMMANDS.items():
        done = subprocess.run(
            [sys.executable, "-m", "typer", module, "utils", "docs", "--name", name],
            capture_output=True,
            text=True,
            check=True,
        )
        parts.append(done.stdout.replace("\n#", "\n##").replace("# `", "## `", 1).strip() + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
