"""Reads in the background what people hand over: addresses, and files.

The dashboard puts a job into the store and starts `python -m analysis.submissions`, which outlives
it. One such worker takes the jobs in turn. It runs the crawler and then the analysis as programs
of their own, writes down what became of each address or file, and gives a sign of life meanwhile.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from threading import Thread
from types import FrameType
from typing import Any, NoReturn
from urllib.parse import urldefrag, urlsplit
from uuid import uuid4

from w3lib.url import safe_url_string

from analysis.config import ROOT, load_settings
from analysis.errors import EarshotError
from analysis.store import ClaimFilter, Piece, Store, Submission

MAX_ADDRESSES = 100
MAX_FILES = 20
MAX_MEGABYTES = 20
FILE_KINDS = ("html", "htm", "txt", "pdf")
KEPT, DUPLICATE, NOT_ASKED = "kept", "duplicate", "not_asked"
LONGEST_ADDRESS = 2000
_BEAT_S = 2.0
_LAST_WORDS_S = 20.0
_PENDING = "pending"
_EXPECTED = "Error: "
"""So begins the last line of a program that says why it did not do its work."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Addresses:
    """A list that was pasted.

    Attributes:
        urls: web addresses, each once, without fragments.
        refused: the lines that are none.
    """

    urls: tuple[str, ...]
    refused: tuple[str, ...]


class _StoppedError(Exception):
    """A person wants the job to end, or another worker has it."""


class _FailedError(Exception):
    """A program that the job needs did not do its work.

    Without a message where the cause is for the log alone.
    """


def read_addresses(text: str) -> Addresses:
    """The addresses in a list, one a line; empty lines and those that begin with # are none."""
    lines = [line.strip() for line in text.splitlines()]
    urls: dict[str, None] = {}
    refused = []
    for line in filter(None, lines):
        if line.startswith("#"):
            continue
        if _is_address(line):
            # As the crawler asks for it, which is how the store knows what became of it.
            urls[str(safe_url_string(urldefrag(line).url))] = None
        else:
            refused.append(line)
    return Addresses(tuple(urls), tuple(refused))


def start_worker() -> None:
    """Starts a worker, unless one is at work: then the new one ends at once."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    process = subprocess.Popen(
        [sys.executable, "-m", "analysis.submissions"],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        # Errors go to the server's log.
        start_new_session=True,  # it goes on when the dashboard ends
    )
    Thread(target=process.wait, daemon=True).start()


def work(store: Store) -> None:
    """Does the jobs that wait, one after the other."""
    worker = uuid4().hex
    while job := store.take_job(worker):
        try:
            _Work(store, job, worker).run()
        except _StoppedError:
            store.end_job(job.number, worker, "stopped")
        except (_FailedError, EarshotError) as error:
            store.end_job(job.number, worker, "failed", str(error))
        except Exception:
            logger.exception("job %s of the added articles broke off", job.number)
            store.end_job(job.number, worker, "failed")
        except SystemExit:
            store.end_job(job.number, worker, "interrupted")
            raise
        else:
            store.end_job(job.number, worker, "done")


class _Work:
    """One job at work."""

    def __init__(self, store: Store, job: Submission, worker: str) -> None:
        self._store = store
        self._job = job
        self._worker = worker

    def run(self) -> None:
        waiting = [piece for piece in self._store.pieces(self._job.number) if not piece.outcome]
        if self._job.kind == "addresses":
            self._read_addresses(waiting)
        else:
            for piece in waiting:
                self._read_file(piece)
        if not self._store.beat(self._job.number, self._worker, "analysing"):
            raise _StoppedError
        status, _, errors = self._program("analysis", "run")
        if status:
            raise _failure(status, errors)

    def _read_addresses(self, waiting: Sequence[Piece]) -> None:
        unknown = [piece for piece in waiting if not self._is_stored(piece)]
        if not unknown:
            return

        def look() -> None:
            nonlocal unknown
            unknown = self._note_visits(unknown)

        with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
            file = Path(folder) / "addresses.txt"
            file.write_text("".join(f"{piece.name}\n" for piece in unknown), encoding="utf-8")
            status, _, errors = self._program(
                *("crawler", "urls", str(file), f"--max-pages={len(unknown)}"),
                meanwhile=look,
            )
        look()
        if status:
            raise _failure(status, errors)
        for piece in unknown:
            self._note(piece, NOT_ASKED)

    def _is_stored(self, piece: Piece) -> bool:
        known = self._store.identity(piece.name)
        if known:
            self._note(piece, DUPLICATE, known[0])
        return known is not None

    def _note_visits(self, unknown: Sequence[Piece]) -> list[Piece]:
        """Notes what became of addresses in this job; gives back those still to be asked."""
        started = self._job.started
        pages = self._store.pages([piece.name for piece in unknown])
        open_ = []
        for piece in unknown:
            page = pages.get(piece.name)
            if page is None or page.outcome == _PENDING or (started and page.fetched < started):
                open_.append(piece)
            elif page.outcome == KEPT and page.article_id and self._is_older(page.article_id):
                self._note(piece, DUPLICATE, page.article_id)
            else:
                self._note(piece, page.outcome, page.article_id)
        return open_

    def _is_older(self, article_id: str) -> bool:
        """Whether an article was in the store before this job."""
        [row] = self._store.article_rows(ClaimFilter(articles=(article_id,)))
        return _before(row.first_seen, self._job.started)

    def _read_file(self, piece: Piece) -> None:
        content = self._store.piece_content(self._job.number, piece.number)
        if content is None:
            return
        suffix = PurePath(piece.name).suffix.lower()
        with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
            file = Path(folder) / f"upload{suffix}"
            file.write_bytes(content)
            given = {
                "title": piece.title,
                "outlet": piece.outlet,
                "lang": piece.lang,
                "url": piece.url,
                "date": piece.published.isoformat() if piece.published else "",
            }
            options = [f"--{name}={value}" for name, value in given.items() if value]
            status, out, errors = self._program("crawler", "add-files", str(file), *options)
        try:
            said: dict[str, Any] = json.loads(out)
        except ValueError as unread:
            raise _failure(status, errors) from unread
        outcome = KEPT if said["outcome"] == "new" else said["outcome"]
        self._note(piece, outcome, said.get("article_id"), said.get("message", ""))

    def _note(
        self, piece: Piece, outcome: str, article_id: str | None = None, message: str = ""
    ) -> None:
        self._store.note_piece(self._job.number, piece.number, outcome, article_id, message)

    def _program(
        self, *arguments: str, meanwhile: Callable[[], object] = lambda: None
    ) -> tuple[int, str, str]:
        """Runs a program of Earshot: its status, what it printed, what it said of errors.

        Raises:
            _StoppedError: the job is not to go on; the program was ended.
        """
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env={**os.environ, "NO_COLOR": "1", "COLUMNS": "1000"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
            )
            try:
                while self._goes_on(process):
                    meanwhile()
            finally:
                _end(process)
            out.seek(0)
            errors.seek(0)
            said, complained = (file.read().decode("utf-8", "replace") for file in (out, errors))
            return process.returncode, said, complained

    def _goes_on(self, process: subprocess.Popen[bytes]) -> bool:
        """Waits a little; whether the program still runs."""
        try:
            process.wait(_BEAT_S)
        except subprocess.TimeoutExpired:
            if self._store.beat(self._job.number, self._worker):
                return True
            raise _StoppedError from None
        return False


def _failure(status: int, errors: str) -> _FailedError:
    """Why a program failed: its last word where that is for people, else for the log."""
    last = errors.strip().rpartition("\n")[2]
    if last.startswith(_EXPECTED):
        return _FailedError(last.removeprefix(_EXPECTED))
    logger.error("a program that reads added articles ended with status %s:\n%s", status, errors)
    return _FailedError()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a program that still runs, as Ctrl-C would: what it has in hand is kept."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_LAST_WORDS_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _before(one: datetime, other: datetime | None) -> bool:
    return other is not None and one < other


def _is_address(line: str) -> bool:
    if len(line) > LONGEST_ADDRESS or not line.isprintable() or " " in line:
        return False
    try:
        parts = urlsplit(line)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        )
    except ValueError:
        return False


def main() -> None:
    """Works until no job waits."""

    def leave(signum: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + signum)

    logging.basicConfig(format="%(asctime)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, leave)
    with Store.open(load_settings().database_url) as store:
        work(store)


if __name__ == "__main__":
    main()
