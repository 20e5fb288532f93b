"""`python -m crawler.demo`, as `make run` calls it, in processes of its own."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from urllib.request import urlopen

import pytest

from analysis.records import article_id
from analysis.store import Store
from crawler.demo.press import load_press
from crawler.demo.run import EXAMPLE

ROOT = Path(__file__).resolve().parents[3]
HOST = "127.0.0.1"
INTERRUPTED = "Stopped before the end. Run the same command again to go on.\n"


class Demo:
    """A running demonstration, and what it has printed so far."""

    def __init__(self, database: str, *arguments: str, **environment: str) -> None:
        kept = {key: value for key, value in os.environ.items() if "EARSHOT" not in key}
        kept |= {"EARSHOT_DATABASE_URL": database, "COLUMNS": "200", **environment}
        self.output = ""
        self._lines: Queue[str] = Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "crawler.demo", *arguments],
            cwd=ROOT,
            env=kept,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)

    def wait_for(self, words: str, seconds: float = 90) -> None:
        """Reads the output up to a line with these words, or the end of the process."""
        deadline = time.monotonic() + seconds
        while words not in self.output:
            with suppress(Empty):
                self.output += self._lines.get(timeout=0.1)
                continue
            assert self.process.poll() is None, f"ended before {words!r}:\n{self.output}"
            assert time.monotonic() < deadline, f"no {words!r}:\n{self.output}"

    def interrupt(self) -> None:
        """What Ctrl-C at a terminal does: the signal goes to the whole foreground group."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGINT)

    def end(self, seconds: float = 90) -> int:
        """Waits for the end; returns the exit status."""
        status = self.process.wait(seconds)
        time.sleep(0.2)
        while not self._lines.empty():
            self.output += self._lines.get()
        return status


IN_CALLBACK = re.compile(r"Exception ignored (?:in|while).*?\nKeyboardInterrupt:? *\n", re.DOTALL)
"""What Python itself prints of a signal that reaches it in a callback of the memory manager."""


def free_ports(count: int) -> int:
    """The first of some consecutive free ports."""
    choice = random.Random(os.getpid())
    while True:
        first = choice.randrange(20_000, 32_000)
        with ExitStack() as taken, suppress(OSError):
            for port in range(first, first + count):
                taken.enter_context(socket.create_server((HOST, port)))
            return first


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def expected_articles(press_port: int) -> set[str]:
    """Identifiers of the articles that a crawl keeps."""
    return {
        article_id(f"http://{HOST}:{press_port + n}{article.path}")
        for n, newsroom in enumerate(load_press())
        for article in newsroom.articles
        if not article.off_topic
        and not article.path.startswith(newsroom.outlet.forbidden or ("never",))
    }


def stored_claims(database: str) -> set[str]:
    with Store.open(database) as store:
        return {claim.id for claim in store.claims()}


@pytest.mark.timeout(420)
def test_interrupted_at_any_moment_then_complete_then_unchanged(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/demo.db"
    press_port = free_ports(6)
    port = press_port + 5
    options = (f"--press-port={press_port}", f"--port={port}")

    for words, delay in (("Crawling", 0.5), ("Crawling", 3.5), ("Reading", 5.0)):
        demo = Demo(database, "--no-serve", *options)
        demo.wait_for(words)
        time.sleep(delay)
        demo.interrupt()
        assert demo.end() == 130, demo.output
        assert "Traceback" not in IN_CALLBACK.sub("", demo.output), demo.output
        assert demo.output.endswith(INTERRUPTED), demo.output
        assert not listens(press_port)

    first = Demo(database, "--no-serve", *options)
    assert first.end() == 0, first.output
    assert "Des salariés d’Amazon à l’écoute d’Alexa" in first.output
    assert "Amazon" in first.output.partition("Practice ")[2]
    with Store.open(database) as store:
        assert {row.id for row in store.article_rows()} == expected_articles(press_port)
        assert store.overview().claims > 100
    claims = stored_claims(database)

    second = Demo(database, "--no-browser", *options)
    second.wait_for("The dashboard is at")
    assert "Nothing changed since the last crawl." in second.output
    assert "Nothing to read: every stored article has been read already." in second.output
    assert stored_claims(database) == claims
    with urlopen(f"http://{HOST}:{port}/") as page:
        assert b"Streamlit" in page.read()
    with urlopen(f"http://{HOST}:{press_port}{EXAMPLE[1]}") as page:
        assert "Des salariés d’Amazon" in page.read().decode()
    second.interrupt()
    assert second.end() == 0, second.output
    assert "Traceback" not in second.output
    assert not listens(port)
    assert not listens(press_port)


def test_port_of_the_dashboard_in_use_is_said_before_anything_else(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        options = (f"--press-port={free_ports(5)}", f"--port={port}", "--no-browser")
        demo = Demo(f"sqlite:///{tmp_path}/demo.db", *options)
        assert demo.end() == 1
    assert f"port {port}" in demo.output
    assert "another with --port" in demo.output
    assert "Crawling" not in demo.output
    assert not (tmp_path / "demo.db").exists()


def test_port_of_the_dashboard_taken_by_the_press(tmp_path: Path) -> None:
    port = free_ports(5)
    options = (f"--press-port={port}", f"--port={port + 1}", "--no-browser")
    demo = Demo(f"sqlite:///{tmp_path}/demo.db", *options)
    assert demo.end() == 1
    assert f"port {port + 1}" in demo.output


def test_port_of_the_press_in_use(tmp_path: Path) -> None:
    press_port = free_ports(5)
    with socket.create_server((HOST, press_port + 3)):
        demo = Demo(f"sqlite:///{tmp_path}/demo.db", "--no-serve", f"--press-port={press_port}")
        assert demo.end() == 1
    assert f"port {press_port + 3}" in demo.output
    assert "--press-port" in demo.output
    assert "Traceback" not in demo.output


def test_a_stage_that_fails_ends_the_run(tmp_path: Path) -> None:
    demo = Demo(
        f"sqlite:///{tmp_path}/demo.db",
        "--no-serve",
        f"--press-port={free_ports(5)}",
        EARSHOT_CODEBOOK=str(tmp_path / "none"),
    )
    assert demo.end() == 1
    assert f"{tmp_path / 'none'}: No such file" in demo.output
    assert "`python -m crawler crawl` failed" in demo.output
    assert "Reading" not in demo.output
    assert "Traceback" not in demo.output
