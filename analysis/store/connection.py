"""Opening a store: the engine, what each database needs, and the schema's version."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from analysis.errors import SchemaError, StoreError

BUSY_TIMEOUT_S = 30
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
VERSION_TABLE = "earshot_schema"
_ADVISORY_LOCK = 0x0EA2_5407
_ACCEPTED = "accepted: sqlite:///path/to/file.db or postgresql://user:password@host/database"


def connect(url: str) -> sa.Engine:
    """An engine on a store whose schema is the current one, created or upgraded as needed.

    Raises:
        StoreError: the address is not one, or the database cannot be used.
        SchemaError: the store was written by a newer Earshot.
    """
    try:
        engine = _engine(sa.make_url(url))
    except (sa.exc.ArgumentError, ImportError) as error:
        raise StoreError(
            f"EARSHOT_DATABASE_URL is not an address that Earshot can open: {error}; {_ACCEPTED}"
        ) from error
    try:
        _check_encoding(engine)
        _upgrade(engine)
    except sa.exc.SQLAlchemyError as error:
        engine.dispose()
        raise StoreError(f"cannot open the store {address(engine)}: {reason(error)}") from error
    except StoreError:
        engine.dispose()
        raise
    return engine


def address(engine: sa.Engine) -> str:
    """The store's address, without the password."""
    return engine.url.render_as_string(hide_password=True)


def reason(error: sa.exc.SQLAlchemyError) -> str:
    """The database's own words, without the statement and its parameters."""
    return " ".join(str(getattr(error, "orig", None) or error).split())


def _engine(url: sa.URL) -> sa.Engine:
    as_json = partial(json.dumps, ensure_ascii=False)
    backend = url.get_backend_name()
    if backend == "sqlite":
        if url.database and url.database != ":memory:":
            try:
                Path(url.database).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(
                    f"cannot create the folder of the store {url.database}: {error}"
                ) from error
        engine = sa.create_engine(
            url, json_serializer=as_json, connect_args={"timeout": BUSY_TIMEOUT_S}
        )
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    if backend == "postgresql":
        engine = sa.create_engine(url, json_serializer=as_json, pool_pre_ping=True)
        sa.event.listen(engine, "connect", _prepare_postgresql)
        return engine
    raise StoreError(f"no store on {backend!r}; {_ACCEPTED}")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Python's own transaction handling starts none before DDL and reads: SQLAlchemy starts them.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A reader that turns writer fails at once when another wrote meanwhile: writers say so first.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    # In another zone, a date at either end of the calendar cannot be read back.
    connection.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def _check_encoding(engine: sa.Engine) -> None:
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as connection:
        encoding = connection.scalar(sa.text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise StoreError(
            f"the database {address(engine)} is encoded in {encoding}, which cannot hold every "
            "article; create one with: createdb --encoding=UTF8 --template=template0 NAME"
        )


def _upgrade(engine: sa.Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    newest = script.get_current_head()
    with engine.connect() as connection:
        if _revision(connection) == newest:
            return
    with engine.execution_options(writing=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        found = _revision(connection)
        if found is not None and found not in {r.revision for r in script.walk_revisions()}:
            raise SchemaError(
                f"the store {address(engine)} has schema {found}, newer than schema {newest} of "
                "this Earshot; upgrade Earshot, or name another store in EARSHOT_DATABASE_URL"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision(connection: sa.Connection) -> str | None:
    options = {"version_table": VERSION_TABLE}
    return MigrationContext.configure(connection, opts=options).get_current_revision()
