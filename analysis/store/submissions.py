"""Articles that people hand over, as jobs: one works at a time, and a dead one can be seen.

A worker writes a sign of life every few seconds. A job whose worker gave none for `STALE_S` was
interrupted, and can be started again: what was done of it stays done. What is to be read stands
in the store, so that any machine that shares it can go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from analysis.errors import InputError
from analysis.store.rows import JobState, Piece, Submission
from analysis.store.schema import submission_pieces as pieces
from analysis.store.schema import submissions

STALE_S = 60
WORKING: tuple[JobState, ...] = ("reading", "analysing", "stopping")
AGAIN: tuple[JobState, ...] = ("failed", "interrupted", "stopped")
"""States from which a job can be started again."""


def submit(connection: sa.Connection, by: str, kind: str, given: Sequence[Piece]) -> int:
    """A new job's number."""
    row = {"kind": kind, "by": by, "at": _now(), "state": "waiting", "message": ""}
    statement = sa.insert(submissions).values(row).returning(submissions.c.number)
    job = int(connection.execute(statement).scalar_one())
    connection.execute(
        sa.insert(pieces),
        [
            {
                "submission": job,
                "number": number,
                "name": piece.name,
                "title": piece.title,
                "outlet": piece.outlet,
                "lang": piece.lang,
                "url": piece.url,
                "published": piece.published,
                "content": piece.content,
            }
            for number, piece in enumerate(given, start=1)
        ],
    )
    return job


def recent(connection: sa.Connection, limit: int) -> list[Submission]:
    """The last jobs, newest first; one whose worker is dead counts as interrupted."""
    rows = connection.execute(
        sa.select(submissions).order_by(submissions.c.number.desc()).limit(limit)
    ).all()
    counted: dict[int, Counter[str | None]] = {row.number: Counter() for row in rows}
    for row in connection.execute(
        sa.select(pieces.c.submission, pieces.c.outcome, sa.func.count().label("number"))
        .where(pieces.c.submission.in_(list(counted)))
        .group_by(pieces.c.submission, pieces.c.outcome)
    ):
        counted[row.submission][row.outcome] = row.number
    return [_submission(row, counted[row.number]) for row in rows]


def pieces_of(connection: sa.Connection, job: int) -> list[Piece]:
    """What a job is to read, in order, and what became of it; without the files."""
    columns = [column for column in pieces.c if column is not pieces.c.content]
    rows = connection.execute(
        sa.select(*columns).where(pieces.c.submission == job).order_by(pieces.c.number)
    ).mappings()
    return [_piece(row) for row in rows]


def content(connection: sa.Connection, job: int, number: int) -> bytes | None:
    """A file that is still to be read."""
    this = sa.and_(pieces.c.submission == job, pieces.c.number == number)
    found: bytes | None = connection.execute(sa.select(pieces.c.content).where(this)).scalar()
    return found


def take_next(connection: sa.Connection, worker: str) -> Submission | None:
    """The job that has waited longest, now this worker's; None where one is at work, or none waits.

    Jobs whose workers are dead are marked as interrupted.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("LOCK TABLE submissions IN SHARE ROW EXCLUSIVE MODE"))
    _mark_stale(connection)
    s = submissions.c
    if connection.execute(sa.select(s.number).where(s.state.in_(WORKING))).first():
        return None
    job = connection.execute(
        sa.select(s.number).where(s.state == "waiting").order_by(s.number).limit(1)
    ).scalar()
    if job is None:
        return None
    values = {"state": "reading", "worker": worker, "beat": _now(), "started": _now()}
    connection.execute(sa.update(submissions).where(s.number == job).values(values))
    row = connection.execute(sa.select(submissions).where(s.number == job)).one()
    return _submission(row, Counter())


def _mark_stale(connection: sa.Connection) -> None:
    """Take jobs away from workers that gave no sign of life."""
    s = submissions.c
    connection.execute(
        sa.update(submissions)
        .where(s.state.in_(WORKING), s.beat < _stale_before())
        .values(state="interrupted", finished=_now(), worker=None)
    )


def beat(connection: sa.Connection, job: int, worker: str, state: JobState | None) -> bool:
    """Give a sign of life, and say what is being done; whether the job is still to be worked at."""
    mine = _mine(job, worker)
    values: dict[str, Any] = {"beat": _now()} | ({"state": state} if state else {})
    going = sa.and_(mine, submissions.c.state != "stopping")
    return connection.execute(sa.update(submissions).where(going).values(values)).rowcount > 0


def end(connection: sa.Connection, job: int, worker: str, state: JobState, message: str) -> None:
    """Close a job, unless another worker has taken it."""
    values = {"state": state, "message": message, "finished": _now(), "worker": None}
    connection.execute(sa.update(submissions).where(_mine(job, worker)).values(values))


def note(
    connection: sa.Connection,
    job: int,
    number: int,
    outcome: str,
    article_id: str | None,
    message: str,
) -> None:
    """Note what became of a piece; its file is not needed any more."""
    values = {"outcome": outcome, "article_id": article_id, "message": message, "content": None}
    this = sa.and_(pieces.c.submission == job, pieces.c.number == number)
    connection.execute(sa.update(pieces).where(this).values(values))


def stop(connection: sa.Connection, job: int) -> None:
    """Ask for the end of a job."""
    this = submissions.c.number == job
    waiting = sa.and_(this, submissions.c.state == "waiting")
    connection.execute(sa.update(submissions).where(waiting).values(state="stopped"))
    working = sa.and_(this, submissions.c.state.in_(("reading", "analysing")))
    connection.execute(sa.update(submissions).where(working).values(state="stopping"))


def restart(connection: sa.Connection, job: int) -> None:
    """Let a job that came to no end wait for a worker again.

    Raises:
        InputError: it is at work, done, or unknown.
    """
    _mark_stale(connection)
    again = sa.and_(submissions.c.number == job, submissions.c.state.in_(AGAIN))
    values = {"state": "waiting", "message": "", "finished": None}
    if not connection.execute(sa.update(submissions).where(again).values(values)).rowcount:
        raise InputError(f"job {job} cannot be started again: it is not one that broke off")


def _mine(job: int, worker: str) -> sa.ColumnElement[bool]:
    return sa.and_(submissions.c.number == job, submissions.c.worker == worker)


def _now() -> datetime:
    return datetime.now(UTC)


def _stale_before() -> datetime:
    return _now() - timedelta(seconds=STALE_S)


def _submission(row: sa.Row[Any], counted: Counter[str | None]) -> Submission:
    is_stale = row.state in WORKING and row.beat < _stale_before()
    return Submission(
        number=row.number,
        kind=row.kind,
        by=row.by,
        at=row.at,
        state="interrupted" if is_stale else row.state,
        started=row.started,
        finished=row.finished,
        message=row.message,
        total=counted.total(),
        outcomes={outcome: number for outcome, number in counted.items() if outcome is not None},
    )


def _piece(row: sa.RowMapping) -> Piece:
    return Piece(
        number=row["number"],
        name=row["name"],
        title=row["title"],
        outlet=row["outlet"],
        lang=row["lang"],
        url=row["url"],
        published=row["published"],
        outcome=row["outcome"],
        article_id=row["article_id"],
        message=row["message"],
    )
