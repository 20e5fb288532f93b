"""The table that follows the store while others write to it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from analysis import live, table
from analysis.live import LiveTable
from analysis.store import ClaimFilter, Store
from analysis.table import ClaimTable
from tests.analysis.test_table import Press

ALL = ClaimFilter()


def ids(table: ClaimTable) -> list[str]:
    return table.claim_ids(table.positions(ALL))


def stored(store: Store) -> list[str]:
    return [claim.id for claim in store.claims()]


def test_what_another_process_writes_is_there_at_the_next_call(store: Store) -> None:
    press = Press(store, 0)
    table = LiveTable(store)
    for _ in range(4):
        press.live()
        assert ids(table.current()) == stored(store)
    assert table.current() is table.current()


def test_a_large_table_is_refreshed_while_the_old_one_is_shown(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SMALL_TABLE", 0)
    press = Press(store, 1)
    table = LiveTable(store)
    before = table.current()
    press.publish()
    assert table.current() is before
    while table.current() is before:
        time.sleep(0.01)
    assert ids(table.current()) == stored(store)
    # The next change waits until the table has rested.
    monkeypatch.setattr(table, "_rests_until", time.monotonic() + 3600)
    shown = table.current()
    press.publish()
    threads = threading.active_count()
    assert [table.current() is shown for _ in range(5)] == [True] * 5
    assert threading.active_count() <= threads


def test_a_refresh_that_breaks_is_logged_and_the_next_one_is_made(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(live, "SMALL_TABLE", 0)
    monkeypatch.setattr(live, "REST", 0)
    press = Press(store, 5)
    table = LiveTable(store)
    before = table.current()
    press.publish()
    with monkeypatch.context() as broken:
        broken.setattr(store, "columns", lambda *_: 1 // 0)
        assert table.current() is before
        while not caplog.records:
            time.sleep(0.01)
    [record] = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError
    while table.current() is before:
        time.sleep(0.01)
    assert ids(table.current()) == stored(store)


def test_another_store_at_the_same_address_is_read_from_the_start(tmp_path: Path) -> None:
    with (
        Store.open(f"sqlite:///{tmp_path}/a.db") as long,
        Store.open(f"sqlite:///{tmp_path}/b.db") as short,
    ):
        press = Press(long, 2)
        press.live()
        table = LiveTable(long)
        table.current()
        Press(short, 3)
        table._store = short
        assert ids(table.current()) == stored(short)


def test_a_table_that_is_mostly_of_what_was_is_read_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "WORN", 0)
    press = Press(store, 6)
    followed = LiveTable(store)
    now = followed.current()
    known = [len(now._words)]
    for _ in range(40):
        press.edit()
        now = followed.current()
        known.append(len(now._words))
    assert sorted(known) != known, "it never was"
    words = ClaimFilter(text="keeps")
    assert now.count(words) == store.count_claims(words)


def test_threads_read_while_a_writer_writes(store: Store) -> None:
    press = Press(store, 4)
    table = LiveTable(store)
    done = threading.Event()

    def look() -> int:
        looked = 0
        while not done.is_set() or not looked:
            shown = table.current()
            rows = shown.rows(ALL)
            assert len(shown.claim_ids(rows.index)) == len(rows)
            assert shown.facets().vendors.keys() <= {*rows["vendor"]}
            looked += 1
        return looked

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(look) for _ in range(3)]
        try:
            for _ in range(10):
                press.live()
        finally:
            done.set()
        assert all(reader.result() for reader in readers)
    assert ids(table.current()) == stored(store)
