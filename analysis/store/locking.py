"""One crawl at a time: a lock on a store that dies with the process that holds it.

Beside a SQLite file lies a file that is locked with flock(2); it stays when the lock goes,
and holds the words on the last holder. On PostgreSQL it is an advisory lock of a session.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from analysis.errors import BusyError, StoreError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".crawl-lock"
"""What the name of the file beside a SQLite store ends with."""
_CRAWL_LOCK = 0x0EA2_5408
_LONGEST_NAME = 63
"""Bytes that PostgreSQL keeps of an application's name."""
_PATIENCE, _PAUSE = 1.0, 0.05
"""Seconds that a lock is waited for, and between two attempts."""


class Lock(Protocol):
    """A lock that is held until it is released, or its process ends."""

    def release(self) -> None:
        """Lets others have it."""


def lock_for_crawl(engine: sa.Engine, address: str) -> Lock | None:
    """The lock on a store, held from now on; None where nobody else can open the store.

    A lock can outlive its process for a moment: a child that was just being started still has
    the file, a server has yet to notice that its client is gone.

    Raises:
        BusyError: another process holds it.
        StoreError: the file of the lock cannot be written.
    """
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return _lock(engine, address)
        except BusyError:
            if time.monotonic() >= end:
                raise
        time.sleep(_PAUSE)


def _lock(engine: sa.Engine, address: str) -> Lock | None:
    if engine.dialect.name == "postgresql":
        return _SessionLock(engine, address)
    with engine.connect() as connection:
        file = str(connection.exec_driver_sql("PRAGMA database_list").first()[2])  # type: ignore[index]
    return _FileLock(Path(file + SUFFIX), address) if file and fcntl else None


class _FileLock:
    def __init__(self, path: Path, address: str) -> None:
        try:
            self._file = path.open("a+", encoding="utf-8")
        except OSError as error:
            raise StoreError(f"{path}: cannot lock the store: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read(1000).strip()
            self._file.close()
            if isinstance(error, BlockingIOError):
                raise _busy(address, holder) from error
            raise StoreError(f"{path}: cannot lock the store: {error.strerror}") from error
        self._file.truncate(0)
        self._file.write(_myself() + "\n")
        self._file.flush()

    def release(self) -> None:
        self._file.close()


class _SessionLock:
    def __init__(self, engine: sa.Engine, address: str) -> None:
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection.detach()  # closing it ends the session, and the lock with it
        try:
            self._take(address)
        except BaseException:
            self._connection.close()
            raise

    def _take(self, address: str) -> None:
        name = _myself().encode()[:_LONGEST_NAME].decode(errors="ignore")
        run = self._connection.execute
        run(sa.select(sa.func.set_config("application_name", name, False)))
        # The server would take two hours to notice that the machine of a crawl is gone.
        for setting, seconds in (("idle", 60), ("interval", 10), ("count", 6)):
            run(sa.select(sa.func.set_config(f"tcp_keepalives_{setting}", str(seconds), False)))
        if not self._connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_CRAWL_LOCK))):
            holder = sa.text(
                "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = :key"
                " AND pg_locks.database ="
                " (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            raise _busy(address, self._connection.scalar(holder, {"key": _CRAWL_LOCK}) or "")

    def release(self) -> None:
        with suppress(sa.exc.SQLAlchemyError):  # the connection was lost, and so was the lock
            self._connection.close()


def _myself() -> str:
    now = datetime.now().astimezone().isoformat(sep=" ", timespec="minutes")
    return f"process {os.getpid()} on {socket.gethostname()[:20]} since {now}"


def _busy(address: str, holder: str) -> BusyError:
    return BusyError(
        f"another crawl is at work on the store {address}"
        f"{f' ({holder})' if holder else ''}: wait for its end or stop it, or name another "
        "store in EARSHOT_DATABASE_URL"
    )
