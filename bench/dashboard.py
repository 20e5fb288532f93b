"""What each page of the dashboard costs the server on a store of a million claims.

A store is generated, the dashboard served as a newsroom serves it, and its pages are asked for
over the websocket that a browser uses, without a browser: the time is that from the request to
the message that the page is complete. A filter is changed by the address, as a reader's links do.

    python -m bench.dashboard            # a million claims in 100,000 articles
    python -m bench.dashboard 10000      # 10,000 claims in 1,000 articles
    python -m bench.dashboard /path/to/earshot.db
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from analysis.config import ROOT
from analysis.store import ClaimFilter, Store
from bench._press import fill

CLAIMS = 1_000_000
PER_ARTICLE = 10
LIMIT_MS = 300
LIMIT_KB = 300
LIMIT_MB = 600
VISITS = 10
TIMEOUT_S = 300
_PAGE = 1024
_TICKS = os.sysconf("SC_CLK_TCK")

Address = dict[str, str | list[str]]
FILTERS: tuple[Address, ...] = (
    {"vendor": "amazon"},
    {"vendor": ["apple", "google"]},
    {"practice": "retention"},
    {"practice": ["human_review", "sharing"], "polarity": "denied"},
    {"who": "vendor"},
    {"who": ["regulator", "researcher"]},
    {"polarity": "denied"},
    {"certainty": "uncertain"},
    {"lang": "fr"},
    {"outlet": ["outlet3", "outlet4", "outlet5"]},
    {"from": "2019-01-01"},
    {"from": "2018-06-01", "to": "2020-06-30"},
    {"vendor": "apple", "lang": "en", "to": "2021-12-31"},
)
WORDS: tuple[Address, ...] = tuple(
    {"q": words} for words in ("siri", "amazon voix", "recordings", "zanzibar")
)
SEARCHES: tuple[Address, ...] = (
    *WORDS,
    {"q": '"voice assistant" -amazon'},
    {"q": "enregistrements", "lang": "fr"},
    {"q": "children", "from": "2019-01-01"},
)


@dataclass(slots=True)
class Cost:
    """What answers cost: milliseconds, of these milliseconds of processor, bytes sent."""

    waited: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)


class Server:
    """The dashboard, served."""

    def __init__(self, process: subprocess.Popen[bytes], address: str) -> None:
        self._process = process
        self._address = address

    def visit(self) -> Visit:
        """A reader's new tab."""
        return Visit(connect(self._address, max_size=None, subprotocols=None), self)

    def processor_ms(self) -> float:
        """Processor time so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")
        user, system = fields[2].split()[11:13]
        return (int(user) + int(system)) * 1000 / _TICKS

    def memory_mb(self, name: str = "VmRSS") -> float:
        """Memory now, or with "VmHWM" at most since `forget_peak`."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        (line,) = (line for line in status.splitlines() if line.startswith(f"{name}:"))
        return int(line.split()[1]) / 1024

    def forget_peak(self) -> None:
        """The most memory is counted anew from now on."""
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5", encoding="ascii")


class Visit:
    """One tab: asks for pages and reads what comes until the page is complete."""

    def __init__(self, connection: ClientConnection, server: Server) -> None:
        self._connection = connection
        self._server = server
        self._pages: dict[str, str] = {}

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def pages(self) -> list[str]:
        """The addresses of all pages."""
        self.ask("", {}, Cost())
        return list(self._pages)

    def ask(self, page: str, address: Address, cost: Cost) -> None:
        """Asks for a page and notes what it cost."""
        request = BackMsg()
        request.rerun_script.query_string = urlencode(address, doseq=True)
        request.rerun_script.page_script_hash = self._pages.get(page, "")
        request.rerun_script.page_name = "" if page in self._pages else page
        before, start = self._server.processor_ms(), time.perf_counter()
        self._connection.send(request.SerializeToString())
        sent, failed = 0, ""
        while True:
            data = self._connection.recv(timeout=TIMEOUT_S)
            sent += len(data)
            message = ForwardMsg.FromString(bytes(data))  # type: ignore[arg-type]
            if message.HasField("navigation"):
                self._pages = {
                    one.url_pathname: one.page_script_hash for one in message.navigation.app_pages
                }
            if message.delta.new_element.HasField("exception"):
                failed = message.delta.new_element.exception.message
            if message.HasField("script_finished"):
                break
        cost.waited.append((time.perf_counter() - start) * 1000)
        cost.worked.append(self._server.processor_ms() - before)
        cost.sent.append(sent)
        if failed:
            raise SystemExit(f"the page {page} failed: {failed}")


def main(argument: str = str(CLAIMS)) -> None:
    """Measures and prints."""
    with TemporaryDirectory() as folder:
        database = argument
        if argument.isdecimal():
            database = f"{folder}/earshot.db"
            claims = int(argument)
            start = time.perf_counter()
            fill(f"sqlite:///{database}", max(1, claims // PER_ARTICLE), claims)
            size = Path(database).stat().st_size / 1e6
            print(f"a store of {claims:,} claims, {size:,.0f} MB, generated in", end=" ")
            print(f"{time.perf_counter() - start:.0f} s")
        _measure(f"sqlite:///{database}", Path(folder))


def _measure(url: str, folder: Path) -> None:
    with Store.open(url) as store:
        some = store.claims(ClaimFilter(polarities=("denied",)), limit=40)
    with _served(url, folder) as server:
        print(f"server without claims: {server.memory_mb():.0f} MB")
        start, first = time.perf_counter(), Cost()
        with server.visit() as visit:
            pages = visit.pages()
            visit.ask("compare", {}, first)
        print(
            f"first page with all claims read: {time.perf_counter() - start:.1f} s, then", end=" "
        )
        print(f"{server.memory_mb():.0f} MB, at most {server.memory_mb('VmHWM'):.0f} MB")
        print(
            f"{'page':10}{'first render, p95 ms':>22}{'filter changed, p95 ms':>24}"
            f"{'words changed, p95 ms':>23}{'most sent, kB':>15}{'most memory, MB':>17}"
        )
        for page in pages:
            changes, words = FILTERS, WORDS
            if page == "claim":
                changes, words = tuple({"id": claim.id} for claim in some), ()
            elif page in ("search", "add"):
                changes, words = (), SEARCHES if page == "search" else ()
            _measure_page(server, page, changes, words)
    print(
        f"in brackets: of it processor time. Targets: {LIMIT_MS} ms, {LIMIT_KB} kB an interaction, "
        f"{LIMIT_MB} MB"
    )


def _measure_page(
    server: Server, page: str, changes: Sequence[Address], words: Sequence[Address]
) -> None:
    first, changed, searched = Cost(), Cost(), Cost()
    start = changes[0] if page == "claim" else {}
    server.forget_peak()
    with server.visit() as visit:  # what a page loads once, as the codebook, is there from now on
        visit.pages()
        visit.ask(page, start, Cost())
    for number in range(VISITS):
        with server.visit() as visit:
            visit.pages()
            visit.ask(page, start, first)
            for address in changes[number::VISITS]:
                visit.ask(page, address, changed)
            for address in words[number::VISITS]:
                visit.ask(page, address, searched)
    cells = [f"{page or 'overview':10}"]
    for cost, width in ((first, 22), (changed, 24), (searched, 23)):
        cell = "-"
        if cost.waited:
            cell = f"{_p95(cost.waited):.0f} ({_p95(cost.worked):.0f})"
        cells.append(f"{cell:>{width}}")
    most = max((*first.sent, *changed.sent, *searched.sent)) / _PAGE
    over = [
        name
        for name, cost in (("first", first), ("filter", changed), ("words", searched))
        if cost.waited and _p95(cost.waited) > LIMIT_MS
    ]
    if most > LIMIT_KB:
        over.append("sent")
    memory = server.memory_mb("VmHWM")
    if memory > LIMIT_MB:
        over.append("memory")
    end = f"   over: {', '.join(over)}" if over else ""
    print("".join(cells) + f"{most:15.0f}{memory:17.0f}{end}", flush=True)


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[-1 - len(values) // 20]


@contextmanager
def _served(url: str, folder: Path) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "streamlit.log"
    options = [f"--server.port={port}", "--server.headless=true"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *options],
            cwd=ROOT,
            env={**os.environ, "EARSHOT_DATABASE_URL": url},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health", process, log)
            yield Server(process, f"ws://127.0.0.1:{port}/_stcore/stream")
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - of this machine
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"the dashboard did not start:\n{log.read_text(errors='replace')}")


if __name__ == "__main__":
    main(*sys.argv[1:])
