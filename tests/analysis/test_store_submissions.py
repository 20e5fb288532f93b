"""Jobs in the store: whose turn it is, what became of each piece, which workers are dead."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from analysis.errors import InputError
from analysis.store import Piece, Store
from analysis.store.submissions import STALE_S


def age(url: str) -> None:
    """Makes the last sign of life too old."""
    past = {
        "sqlite": f"datetime('now', '-{STALE_S + 5} seconds')",
        "postgresql": f"now() - interval '{STALE_S + 5} seconds'",
    }
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE submissions SET beat = {past[engine.dialect.name]}"))
    engine.dispose()


def test_a_job_comes_back_with_its_pieces(store: Store) -> None:
    piece = Piece("a.pdf", "T\x00", "Ledger", "en", "", date(2019, 4, 12), b"%PDF")
    job = store.submit("ada", "files", [piece, Piece("b.txt", content=b"b")])
    [found] = store.submissions()
    assert (found.number, found.by, found.kind, found.state) == (job, "ada", "files", "waiting")
    assert (found.total, found.outcomes) == (2, {})
    first, second = store.pieces(job)
    assert (first.number, first.title, first.published) == (1, "T\ufffd", date(2019, 4, 12))
    assert (first.content, second.name) == (None, "b.txt")
    assert store.piece_content(job, 1) == b"%PDF"
    store.note_piece(job, 1, "kept", "abc")
    store.note_piece(job, 2, "no_text", message="scan")
    assert store.piece_content(job, 1) is None
    assert store.submissions()[0].outcomes == {"kept": 1, "no_text": 1}
    assert [piece.article_id for piece in store.pieces(job)] == ["abc", None]


def test_one_job_is_worked_at_in_the_order_of_arrival(store: Store) -> None:
    first, second = (store.submit("", "addresses", [Piece("https://a.example/")]) for _ in "ab")
    taken = store.take_job("one")
    assert taken is not None
    assert (taken.number, taken.state) == (first, "reading")
    assert store.take_job("two") is None
    assert store.beat(first, "one", "analysing")
    assert not store.beat(first, "two")
    store.end_job(first, "two", "failed", "not its job")
    store.end_job(first, "one", "done")
    assert store.submissions()[1].state == "done"
    following = store.take_job("two")
    assert following is not None
    assert following.number == second


def test_a_dead_worker_is_seen_and_its_job_can_be_started_again(
    store: Store, store_url: str
) -> None:
    job = store.submit("", "addresses", [Piece("https://a.example/"), Piece("https://b.example/")])
    store.take_job("dead")
    store.note_piece(job, 1, "kept", "abc")
    age(store_url)
    assert store.submissions()[0].state == "interrupted"
    store.restart_job(job)
    again = store.take_job("living")
    assert again is not None
    assert again.number == job
    assert [piece.outcome for piece in store.pieces(job)] == ["kept", None]
    assert not store.beat(job, "dead")


def test_a_dead_worker_does_not_hold_up_the_next_job(store: Store, store_url: str) -> None:
    store.submit("", "addresses", [Piece("https://a.example/")])
    store.take_job("dead")
    age(store_url)
    second = store.submit("", "addresses", [Piece("https://b.example/")])
    taken = store.take_job("living")
    assert taken is not None
    assert taken.number == second


def test_stopping_asks_the_worker_and_takes_a_waiting_job_away(store: Store) -> None:
    first, second = (store.submit("", "addresses", [Piece("https://a.example/")]) for _ in "ab")
    store.take_job("one")
    store.stop_job(first)
    store.stop_job(second)
    assert [job.state for job in store.submissions()] == ["stopped", "stopping"]
    assert not store.beat(first, "one")
    store.end_job(first, "one", "stopped")
    assert store.take_job("one") is None


@pytest.mark.parametrize("job", [1, 99])
def test_only_a_job_that_broke_off_can_be_started_again(store: Store, job: int) -> None:
    store.submit("", "addresses", [Piece("https://a.example/")])
    with pytest.raises(InputError, match=f"job {job} cannot be started again"):
        store.restart_job(job)
