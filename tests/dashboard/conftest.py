"""The dashboard on stores of its own: in AppTest, and served to a real browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analysis.store import Store
from tests.dashboard.invented_press import fill

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """Keeps the main module, which a process that a later test starts would load.

    Streamlit puts the page that it runs in its place.
    """
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def filled_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a store that holds the invented press; not to be written to."""
    url = f"sqlite:///{tmp_path_factory.mktemp('press') / 'earshot.db'}"
    with Store.open(url) as store:
        fill(store)
    return url


@pytest.fixture
def press(filled_url: str) -> Iterator[Store]:
    with Store.open(filled_url) as store:
        yield store


@pytest.fixture
def open_page(
    filled_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Open]:
    """Opens a page by its module's name, on the invented press or another store.

    A page that fails says so in words, not as AppTest's exception: the log has the cause.
    """

    def opened(page: str, url: str = filled_url, /, **parameters: str | list[str]) -> AppTest:
        monkeypatch.setenv("EARSHOT_DATABASE_URL", url)
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
        for name, value in parameters.items():
            app.query_params[name.rstrip("_")] = value
        return app.switch_page(f"analysis/dashboard/{page}.py").run()

    yield opened
    st.cache_data.clear()
    st.cache_resource.clear()
    failures = [r for r in caplog.get_records("call") if r.name == "analysis.dashboard.empty"]
    assert [record.exc_text or record.getMessage() for record in failures] == []


@pytest.fixture(scope="session")
def served(filled_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the dashboard, served as a user serves it."""
    log = tmp_path_factory.mktemp("served") / "streamlit.log"
    with serving(free_port(), log, {"EARSHOT_DATABASE_URL": filled_url}) as address:
        yield address


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(port: int, log: Path, environment: Mapping[str, str], *options: str) -> Iterator[str]:
    """The dashboard at a port of this machine, until the block ends."""
    options = (f"--server.port={port}", "--server.headless=true", *options)
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *options],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_healthy(address, server, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_until_healthy(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the dashboard did not start:\n{log.read_text(errors='replace')}")
