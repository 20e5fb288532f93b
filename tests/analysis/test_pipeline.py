"""Runs over a real store with a small extractor, in this process and in others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from analysis.config import ROOT
from analysis.errors import ModelError
from analysis.pipeline import Readers, RunSummary, run
from analysis.records import Article, article_id
from analysis.store import ClaimFilter, Store
from analysis.table import ClaimTable
from tests.analysis.listener import Attentive, Inexact, Listener, deadly_model, no_model


def an_article(slug: str, *paragraphs: str) -> Article:
    url = f"https://ledger.example/{slug}"
    return Article(article_id(url), "Title", paragraphs, "en", "ledger", url)


def fill(store: Store, **texts: str) -> dict[str, str]:
    """Stores an article for each name and text; their ids by name."""
    articles = {name: an_article(name, text) for name, text in texts.items()}
    for article in articles.values():
        store.save_article(article, "The Ledger")
    return {name: article.id for name, article in articles.items()}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/earshot.db") as opened:
        yield opened


def test_a_run_stores_the_claims_of_every_version_and_reports_its_progress(store: Store) -> None:
    fill(store, a="Amazon listens.", b="Nobody does.")
    store.save_article(an_article("a", "Amazon listens. Apple listens."), "The Ledger")
    calls: list[tuple[int, int]] = []
    summary = run(store, Listener, progress=lambda done, total: calls.append((done, total)))
    assert summary == RunSummary("listener-1", read=2, added=2)
    assert calls == [(0, 2), (1, 2), (2, 2)]
    stored = {c.claim.vendor: (c.first_version, c.last_version) for c in store.claims()}
    assert stored == {"amazon": (1, 2), "apple": (2, 2)}


def test_the_vendors_that_the_newest_version_names_are_stored_without_claims_too(
    store: Store,
) -> None:
    fill(store, a="Amazon listens.", b="Apple sells speakers.", c="Nobody does.")
    store.save_article(an_article("a", "Google listens. Apple, too."), "The Ledger")
    run(store, Listener)
    table = ClaimTable.empty().updated(store)
    assert table.coverage(ClaimFilter()) == {"apple": 2, "google": 1}


def test_a_second_run_finds_nothing_to_read(store: Store) -> None:
    fill(store, a="Amazon listens.")
    run(store, Listener)
    before = store.claims()
    assert run(store, Listener) == RunSummary("listener-1")
    assert store.claims() == before


def test_another_extractor_reads_everything_again(store: Store) -> None:
    fill(store, a="Amazon listens.")
    run(store, Listener)
    (before,) = store.claims()
    assert run(store, partial(Listener, "2", quiet=True)) == RunSummary("2", read=1, withdrawn=1)
    assert store.claims() == []
    assert run(store, partial(Listener, "3")) == RunSummary("3", read=1, updated=1)
    assert store.claims()[0].id == before.id


def test_several_processes_store_what_one_does(store: Store, tmp_path: Path) -> None:
    texts = {f"a{n}": f"Vendor{n % 3} listens. Apple listens." for n in range(30)}
    fill(store, **texts)
    with Store.open(f"sqlite:///{tmp_path}/other.db") as other:
        fill(other, **texts)
        assert run(store, Listener, jobs=1) == run(other, Listener, jobs=2)
        assert [(c.id, c.claim) for c in store.claims()] == [
            (c.id, c.claim) for c in other.claims()
        ]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_article_that_raises_is_counted_and_passed_over(
    store: Store, jobs: int, caplog: pytest.LogCaptureFixture
) -> None:
    ids = fill(store, a="Amazon listens.", bad="unreadable", c="Apple listens.")
    summary = run(store, Listener, jobs)
    error = "ValueError: a word that I cannot read"
    assert summary == RunSummary("listener-1", read=2, added=2, failed={ids["bad"]: error})
    assert store.pending("listener-1") == [ids["bad"]]
    assert f"article {ids['bad']} was passed over: {error}" in caplog.text


def test_articles_that_kill_their_process_are_counted_and_passed_over(store: Store) -> None:
    texts = {f"a{n:02}": f"Vendor{n} listens." for n in range(20)} | {"a05x": "fatal", "z": "fatal"}
    ids = fill(store, **dict(sorted(texts.items())))
    summary = run(store, Listener, jobs=2)
    assert (summary.read, summary.added) == (20, 20)
    died = "the process that read it died"
    assert summary.failed == {ids["a05x"]: died, ids["z"]: died}


def test_a_claim_that_is_not_verbatim_is_counted_and_not_stored(store: Store) -> None:
    ids = fill(store, a="Amazon listens.")
    summary = run(store, Inexact)
    assert "is not verbatim" in summary.failed[ids["a"]]
    assert store.claims() == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_extractor_that_cannot_be_made_ends_the_run_with_its_own_error(
    store: Store, jobs: int
) -> None:
    fill(store, a="Amazon listens.")
    with pytest.raises(ModelError, match="xx_small is not installed"):
        run(store, no_model, jobs)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_missing_model_ends_the_run_and_blames_no_article(store: Store, jobs: int) -> None:
    fill(store, a="modelless", b="Amazon listens.")
    with pytest.raises(ModelError, match="xx_small is not installed"):
        run(store, Listener, jobs)


def test_processes_that_die_while_loading_are_named(store: Store) -> None:
    with pytest.raises(ModelError, match="try a smaller --jobs"):
        run(store, deadly_model, jobs=2)


def test_readings_come_in_the_order_of_the_articles() -> None:
    articles = [an_article(str(n), "slow" if n % 4 == 0 else "quick") for n in range(20)]
    with Readers(Listener, jobs=2) as readers:
        read = [job[0] for job, _ in readers.read([article] for article in articles)]
    assert read == articles


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupted_run_is_continued_by_the_next(store: Store, jobs: int) -> None:
    fill(store, **{f"a{n}": "Amazon listens." for n in range(12)})

    def interrupt(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(store, Listener, jobs, interrupt)
    assert store.count_claims() == 5
    assert len(store.pending("listener-1")) == 7
    assert run(store, Listener, jobs).read == 7
    assert store.count_claims() == 12


@pytest.mark.parametrize(("jobs", "expected"), [(1, "hears Ctrl-C"), (2, "deaf to Ctrl-C")])
def test_ctrl_c_reaches_the_parent_alone(jobs: int, expected: str) -> None:
    with Readers(Attentive, jobs) as readers:
        assert readers.version == expected


RUNNER = """
import sys
from analysis.pipeline import run
from analysis.store import Store
from tests.analysis.listener import Listener
if __name__ == "__main__":
    with Store.open(sys.argv[1]) as store:
        run(store, Listener, 2, lambda done, total: print(done, flush=True))
"""


def _running(session: int) -> set[int]:
    """Processes of a session that have not ended, by Linux's own account."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.add(int(stat.parent.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see which processes are left")
@pytest.mark.parametrize("way", ["ctrl-c", "kill"])
def test_no_process_outlives_a_run_that_is_cut_off(store: Store, tmp_path: Path, way: str) -> None:
    fill(store, **{f"a{n}": "slow. Amazon listens." for n in range(200)})
    script = tmp_path / "runner.py"
    script.write_text(RUNNER)
    process = subprocess.Popen(
        [sys.executable, script, store.address],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    for _ in range(10):
        process.stdout.readline()
    if way == "ctrl-c":
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.kill()
    deadline = time.monotonic() + 10
    while (left := _running(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for survivor in left:
        os.kill(survivor, signal.SIGKILL)
    assert left == set()
    _, errors = process.communicate(timeout=30)
    assert errors.count("Traceback") == (1 if way == "ctrl-c" else 0)
    done = store.count_claims()
    assert 9 <= done < 200
    assert len(store.pending("listener-1")) == 200 - done
