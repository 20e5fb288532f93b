"""What people hand over, read by the worker: real addresses, real files, the real analysis."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time

import pytest

from analysis import submissions
from analysis.config import ROOT
from analysis.store import ClaimFilter, Piece, Store
from analysis.submissions import read_addresses
from tests.crawler.pdfs import blank, pdf
from tests.crawler.test_uploads import FIRST

pytestmark = pytest.mark.timeout(600)  # each starts the crawler and the analysis
WITHOUT_ENCODER = {"EARSHOT_ENCODER": "off", "EARSHOT_CONTACT": "desk@newsroom.example"}


def work(run, **settings: str) -> None:  # type: ignore[no-untyped-def]
    run.settings |= WITHOUT_ENCODER | settings
    process = run.start("analysis.submissions")
    out, errors = process.communicate(timeout=400)
    assert (process.returncode, out, errors) == (0, "", "")


def outcomes(store: Store, job: int) -> dict[str, str | None]:
    return {piece.name: piece.outcome for piece in store.pieces(job)}


def wait_for(store: Store, job: int, state: str) -> None:
    deadline = time.monotonic() + 120
    while store.submissions()[-job].state != state:
        assert time.monotonic() < deadline, store.submissions()
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("pasted", "urls", "refused"),
    [
        (
            "https://a.example/1\n\n# note\n https://a.example/1#top \n",
            ("https://a.example/1",),
            (),
        ),
        (
            "http://a.example/é b\nledger\nftp://a.example/",
            (),
            ("http://a.example/é b", "ledger", "ftp://a.example/"),
        ),
        ("https://a.example/é?q=ü", ("https://a.example/%C3%A9?q=%C3%BC",), ()),
        (
            "https://me:pw@a.example/\nhttps://[x\n//a.example",
            (),
            ("https://me:pw@a.example/", "https://[x", "//a.example"),
        ),
        ("https://a.example/" + "x" * 10_000, (), ("https://a.example/" + "x" * 10_000,)),
        ("", (), ()),
    ],
)
def test_the_addresses_of_a_pasted_list(
    pasted: str, urls: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    found = read_addresses(pasted)
    assert (found.urls, found.refused) == (urls, refused)


def test_addresses_are_crawled_by_the_rules_and_read_for_claims(run, new_site) -> None:  # type: ignore[no-untyped-def]
    known, stranger = new_site(), new_site()
    known.put(
        "/robots.txt", "User-agent: *\nDisallow: /closed", headers={"Content-Type": "text/plain"}
    )
    known.put_article("/a", "en")
    known.put_article("/off", "off")
    known.put_article("/closed/b", "en")
    stranger.put_article("/c", "en")
    run.outlets(known.outlet("gazette", language="en"))
    urls = [known.url(path) for path in ("/a", "/off", "/closed/b", "/missing")]
    urls.append(stranger.url("/c"))
    with run.store() as store:
        job = store.submit("ada", "addresses", [Piece(url) for url in urls])
        again = store.submit("ada", "addresses", [Piece(known.url("/a"))])
        work(run, EARSHOT_OUTLETS=str(run.folder / "outlets.yml"))
        assert outcomes(store, job) == dict(
            zip(
                urls,
                ("kept", "off_topic:no_assistant", "robots", "http_404", "private_address"),
                strict=True,
            )
        )
        assert outcomes(store, again) == {known.url("/a"): "duplicate"}
        second, first = store.submissions()
        assert (first.state, first.by, first.total) == ("done", "ada", 5)
        assert second.state == "done"
        [kept] = [piece for piece in store.pieces(job) if piece.article_id]
        assert store.count_claims(ClaimFilter(articles=(kept.article_id,))) > 0
    assert stranger.requests == []


def test_files_are_read_and_let_go(run) -> None:  # type: ignore[no-untyped-def]
    report = Piece("report.pdf", outlet="The Ledger", title="-by hand", content=pdf(FIRST))
    with run.store() as store:
        job = store.submit("", "files", [report, Piece("scan.pdf", content=blank(1))])
        work(run)
        assert outcomes(store, job) == {"report.pdf": "kept", "scan.pdf": "no_text"}
        first, second = store.pieces(job)
        assert store.piece_content(job, 1) is None
        assert "OCR" in second.message
        article = store.article(first.article_id or "")
        assert article is not None
        assert article.title == "-by hand"
        assert store.count_claims() > 0


def test_a_crawl_that_cannot_start_fails_with_its_reason_and_can_be_tried_again(run, site) -> None:  # type: ignore[no-untyped-def]
    run.outlets(site.outlet("gazette", private_addresses=False))
    with run.store() as store:
        job = store.submit("", "addresses", [Piece(site.url("/a"))])
        work(run, EARSHOT_CONTACT="", EARSHOT_OUTLETS=str(run.folder / "outlets.yml"))
        [failed] = store.submissions()
        assert failed.state == "failed"
        assert "EARSHOT_CONTACT" in failed.message
        store.restart_job(job)
        work(run)
        assert outcomes(store, job) == {site.url("/a"): "private_address"}


def test_what_nobody_expected_goes_to_the_log_with_its_traceback(  # type: ignore[no-untyped-def]
    run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", str(run.folder / "missing"))
    with run.store() as store:
        store.submit("", "files", [Piece("a.txt", content=b"a")])
        submissions.work(store)
        [failed] = store.submissions()
    assert (failed.state, failed.message) == ("failed", "")
    assert "FileNotFoundError" in caplog.text
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(
    ("complaint", "message", "logged"),
    [
        ("Traceback (most recent call last):\nKeyError: 'x'", "", "KeyError: 'x'"),
        ("WARNING a\nError: make room", "make room", ""),
    ],
)
def test_a_program_that_breaks_off_is_logged_and_one_that_gives_its_reason_shown(  # type: ignore[no-untyped-def]
    complaint: str,
    message: str,
    logged: str,
    run,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    program = run.folder / "python"
    program.write_text(f"#!/bin/sh\necho {shlex.quote(complaint)} >&2\nexit 1\n", encoding="utf-8")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    with run.store() as store:
        store.submit("", "files", [Piece("a.txt", content=b"a")])
        submissions.work(store)
        [failed] = store.submissions()
    assert (failed.state, failed.message) == ("failed", message)
    assert logged in caplog.text
    assert bool(caplog.records) == bool(logged)


def test_the_errors_of_a_worker_are_those_of_the_server() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from analysis.submissions import start_worker; start_worker()"],
        cwd=ROOT,
        env={**os.environ, "EARSHOT_DATABASE_URL": "nonsense"},
        stderr=subprocess.PIPE,
        text=True,
        timeout=100,
        check=True,
    )
    assert "StoreError" in done.stderr


@pytest.mark.parametrize(("how", "state"), [("stop", "stopped"), ("term", "interrupted")])
def test_a_job_can_be_stopped_and_started_again(run, site, how: str, state: str) -> None:  # type: ignore[no-untyped-def]
    site.put_article("/a", "en", delay=4)
    run.outlets(site.outlet("gazette", language="en"))
    run.settings |= {"EARSHOT_OUTLETS": str(run.folder / "outlets.yml"), **WITHOUT_ENCODER}
    with run.store() as store:
        job = store.submit("", "addresses", [Piece(site.url("/a"))])
        process = run.start("analysis.submissions")
        wait_for(store, job, "reading")
        deadline = time.monotonic() + 60
        while not site.requests and time.monotonic() < deadline:
            time.sleep(0.1)
        store.stop_job(job) if how == "stop" else process.send_signal(signal.SIGTERM)
        process.communicate(timeout=120)
        assert store.submissions()[0].state == state
        store.restart_job(job)
        work(run)
        assert store.submissions()[0].state == "done"
        assert set(outcomes(store, job).values()) <= {"kept", "duplicate"}
