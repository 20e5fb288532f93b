"""The whole line on the demonstration press: crawl, read, compare, dashboard.

Each stage is the command that a user would type, in a process of its own.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from analysis.config import ROOT
from analysis.errors import CrawlError, EarshotError
from crawler.demo.server import HOST, Press

DATABASE_URL = "sqlite:///var/demo.db"
"""The demonstration's own store, so that a newsroom's stays free of invented articles."""
EXAMPLE = ("lagazette", "/enquetes/des-salaries-d-amazon-a-l-ecoute-d-alexa")
INTERRUPTED = 130

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_console = Console(highlight=False, soft_wrap=True)


@app.command()
def demo(
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the dashboard in a browser.")
    ] = True,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port of the dashboard on this machine.")
    ] = 8501,
    press_port: Annotated[
        int,
        typer.Option(min=1, max=65531, help="First of the five ports of the demonstration press."),
    ] = 8641,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the dashboard after the comparison.")
    ] = True,
) -> None:
    """Crawls five invented outlets on this machine, compares vendors, serves the dashboard.

    The store is var/demo.db, or that of EARSHOT_DATABASE_URL. Ctrl-C stops at any
    moment; the next run goes on from there.

    Example: python -m crawler.demo --no-browser
    """
    store = os.environ.get("EARSHOT_DATABASE_URL", "").strip() or DATABASE_URL
    runner = _Runner({**os.environ, "EARSHOT_DATABASE_URL": store})
    with Press(range(press_port, press_port + 5)) as press, TemporaryDirectory() as folder:
        if serve:
            _check_port(port)
        _introduce(press, is_own_store=store == DATABASE_URL)
        outlets = press.outlets_file(Path(folder))
        runner.stage("Crawling the outlets", "crawler", "crawl", "--outlets", str(outlets))
        runner.stage("Reading the articles for claims", "analysis", "run")
        runner.stage(
            "Comparing the vendors", "analysis", "compare", "--example", press.url(*EXAMPLE)
        )
        if serve:
            runner.dashboard(port, browser)


def main() -> None:
    """Runs the command line; a user's error is one line and exit status 1."""
    try:
        app(prog_name="python -m crawler.demo")
    except EarshotError as error:
        Console(stderr=True).print(
            Text.assemble(("Error: ", "bold red"), str(error)), soft_wrap=True
        )
        sys.exit(1)


class _Runner:
    """Runs the commands one after another, and passes Ctrl-C on to the running one.

    The commands are in process groups of their own, so that a Ctrl-C at the terminal
    reaches them once, from here: a crawl that gets it twice stops at once, and
    leaves the pages in hand unread.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._child: subprocess.Popen[bytes] | None = None
        self._interrupted = False
        self._unsent = False
        self._ending = signal.SIGINT
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._interrupt)

    def stage(self, title: str, module: str, *arguments: str) -> None:
        """Runs `python -m module arguments` to its end.

        Raises:
            typer.Exit: it was interrupted.
            CrawlError: it failed; it has said why.
        """
        self._stop_if_interrupted()
        _console.print(f"\n[bold]{title}[/bold]")
        child = self._start([sys.executable, "-m", module, *arguments])
        status = child.wait()
        self._child = None
        self._stop_if_interrupted()
        if status:
            command = " ".join(["python -m", module, *arguments[:1]])
            raise CrawlError(f"`{command}` failed (exit status {status}), see above")

    def dashboard(self, port: int, browser: bool) -> None:
        """Serves the dashboard until Ctrl-C, which is its ordinary end.

        Raises:
            CrawlError: it did not start, or ended by itself.
        """
        self._stop_if_interrupted()
        options = [
            f"--server.address={HOST}",
            f"--server.port={port}",
            "--server.headless=true",
            "--logger.level=warning",
        ]
        command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
        # It keeps nothing, and takes SIGTERM without complaint at any moment of its start.
        child = self._start(command, quiet=True, ending=signal.SIGTERM)
        address = f"http://{HOST}:{port}"
        if self._listens(child, port):
            _console.print(f"\n[bold]The dashboard is at {address}[/bold]")
            _console.print("Ctrl-C stops it, and the demonstration press that its links lead to.")
            if browser and _has_screen():
                webbrowser.open(address)
        status = child.wait()
        if not self._interrupted:
            raise CrawlError(f"the dashboard ended by itself (exit status {status}), see above")
        _console.print("\nStopped. The same command starts it again.")

    def _start(
        self,
        command: Sequence[str],
        quiet: bool = False,
        ending: signal.Signals = signal.SIGINT,
    ) -> subprocess.Popen[bytes]:
        sys.stdout.flush()
        self._ending = ending
        self._child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if quiet else None,
            process_group=0,
        )
        self._pass_on()
        return self._child

    def _listens(self, child: subprocess.Popen[bytes], port: int) -> bool:
        """Waits until the dashboard is up; False if Ctrl-C or its end came first."""
        while child.poll() is None and not self._interrupted:
            try:
                with socket.create_connection((HOST, port), timeout=5):
                    return True
            except OSError:
                time.sleep(0.1)
        return False

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self._interrupted = self._unsent = True
        self._pass_on()

    def _pass_on(self) -> None:
        if self._child is not None and self._child.returncode is None and self._unsent:
            self._unsent = False
            # A group whose last process has just ended is not found, or on macOS not permitted.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, self._ending)

    def _stop_if_interrupted(self) -> None:
        if self._interrupted:
            _console.print("Stopped before the end. Run the same command again to go on.")
            raise typer.Exit(INTERRUPTED)


def _introduce(press: Press, is_own_store: bool) -> None:
    _console.print("[bold]Five invented outlets to crawl[/bold]")
    for newsroom in press.newsrooms:
        _console.print(f"  {press.url(newsroom.key)}  {newsroom.outlet.name}")
    store = "var/demo.db" if is_own_store else "the one that EARSHOT_DATABASE_URL names"
    _console.print(f"The store is {store}.")


def _check_port(port: int) -> None:
    """Finds a port in use now, and not after the crawl."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CrawlError(
                f"the dashboard cannot be served on port {port} of {HOST}: {error.strerror}. "
                "Stop the program that uses the port, or choose another with --port"
            ) from error


def _has_screen() -> bool:
    """Whether a browser would have a window, and not take over the terminal."""
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return sys.platform == "darwin" or bool(shown)
