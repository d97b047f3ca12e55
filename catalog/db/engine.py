"""Engines, transactions and migrations, for SQLite and PostgreSQL alike."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    String,
    column,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
    table,
    text,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from catalog.db.faults import DatabaseFault, fault_of

POOL_SIZE = 5
POOL_OVERFLOW = 10
POOL_SECONDS = 5
"""The time that a request waits for a free connection."""
CONNECT_SECONDS = 2
STATEMENT_SECONDS = 10
LOCK_SECONDS = 5
RECYCLE_SECONDS = 300
"""The age at which a connection is replaced, so that a server that came back is used again."""
SILENCE_SECONDS = 10
"""The time after which a silent server counts as gone, as after a power cut."""

CACHE_KIB = 16_000
"""The page cache of a SQLite connection, for a command, which has one connection."""
SERVING_CACHE_KIB = 2_000
"""The page cache while serving: each thread has a connection, and the operating system caches the file for all."""
FILLING_CACHE_KIB = 200_000
"""The page cache while filling an empty database."""

_UNRELEASED = re.compile("000[1-9]")
"""Revisions from before version 0.1.0, whose migrations are gone."""
_EXPORT_FIRST = (
    "the database was made by a version before 0.1.0: export its products with that version "
    "(shop catalog export FILE), then import FILE with this one into an empty database"
)
_NEWER = "the database was made by a newer version of the shop: start that version on it"

_ADVISORY_LOCK = 0x6D61676E  # "magn": the lock number of all our processes


def open_engine(url: str | URL, *, serving: bool = False, durable: bool = False) -> Engine:
    """An engine for a SQLAlchemy URL. Raises SQLAlchemyError or ImportError for an unusable one.

    `serving` ends statements that a visitor would not wait for; commands may take longer. `durable` loses no commit
    when the power fails: SQLite then waits for the disk, PostgreSQL always does.
    """
    url = make_url(url)
    # Query parameters may depend on a visitor's answers: `hide_parameters` keeps them out of errors and logs.
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url,
            hide_parameters=True,
            pool_size=POOL_SIZE,
            max_overflow=POOL_OVERFLOW,
            pool_timeout=POOL_SECONDS,
            pool_recycle=RECYCLE_SECONDS,
            pool_pre_ping=True,
            connect_args=_postgresql_arguments(url, serving=serving),
        )
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", partial(_prepare_sqlite, SERVING_CACHE_KIB if serving else CACHE_KIB, durable))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def opened_engine(url: str | URL) -> Iterator[Engine]:
    """An engine whose connections are closed at the end, also after a failure."""
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _postgresql_arguments(url: URL, *, serving: bool) -> dict[str, Any]:
    """Arguments for libpq, except those in the URL."""
    arguments: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": SILENCE_SECONDS * 1000,
        "keepalives_idle": SILENCE_SECONDS,
        "keepalives_interval": 2,
        "keepalives_count": 3,
    }
    if serving:
        limits = {
            "statement_timeout": STATEMENT_SECONDS,
            "lock_timeout": LOCK_SECONDS,
            "idle_in_transaction_session_timeout": 2 * STATEMENT_SECONDS,
        }
        arguments["options"] = " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items())
    return {name: value for name, value in arguments.items() if name not in url.query}


def _prepare_sqlite(cache_kib: int, durable: bool, connection: Any, _record: object) -> None:
    """Set write-ahead logging, so that readers never wait for the writer.

    The driver waits 5 s for a lock (`?timeout=` in the URL).
    """
    connection.isolation_level = None  # SQLAlchemy begins and ends transactions, not the driver
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        f"synchronous={'FULL' if durable else 'NORMAL'}",
        f"cache_size=-{cache_kib}",
        "journal_size_limit=67108864",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    if durable:
        cursor.execute("PRAGMA secure_delete=ON")  # people's data are there: what is erased is overwritten
    cursor.close()


@contextmanager
def fail_fast_on_lock(session: Session) -> Iterator[None]:
    """Let a write fail at once when another one is running, for writes that are not worth waiting for.

    SQLite has one writer, which an import may be for a while. PostgreSQL locks single rows: nothing changes there.
    """
    sqlite = session.get_bind().dialect.name == "sqlite"
    usual = session.scalar(text("PRAGMA busy_timeout")) if sqlite else None
    if sqlite:
        session.execute(text("PRAGMA busy_timeout=0"))
    try:
        yield
    finally:
        if sqlite:
            session.execute(text(f"PRAGMA busy_timeout={usual}"))


@contextmanager
def bulk_fill(engine: Engine) -> Iterator[None]:
    """Let SQLite write one transaction straight into its file, to fill an empty database.

    A write-ahead log would contain the whole transaction until its end, and page lookups in it slow down as it grows.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    with engine.connect() as connection:
        _set_journal(connection, "TRUNCATE", cache_kib=FILLING_CACHE_KIB)
    try:
        yield
    finally:
        with engine.connect() as connection:
            _set_journal(connection, "WAL", cache_kib=CACHE_KIB)


def _set_journal(connection: Connection, mode: str, *, cache_kib: int) -> None:
    """Set the journal mode on the pool's next connection, outside transactions; unchanged while others use the file."""
    cursor = connection.connection.cursor()
    with suppress(sqlite3.OperationalError):
        cursor.execute(f"PRAGMA journal_mode={mode}")
        cursor.execute(f"PRAGMA cache_size=-{cache_kib}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Begin a real transaction: the driver would otherwise commit every CREATE TABLE by itself.

    One that will write takes the write lock at once. After a read first, another writer in between would make its own
    first write fail without waiting.
    """
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # by the driver alone, in a tenth of the time: this one waits for nobody, and so cannot fail
        connection.connection.cursor().execute("BEGIN")


def for_writing(engine: Engine) -> Engine:
    """The same engine for transactions that write: on SQLite they wait for each other when they begin."""
    return engine.execution_options(writes=True)


def for_reading(engine: Engine) -> Engine:
    """The same engine for read-only transactions that see the database as of one moment, as SQLite's do.

    PostgreSQL refuses a write in one.
    """
    if engine.dialect.name == "postgresql":
        return engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
    return engine


@contextmanager
def migration_lock(engine: Engine) -> Iterator[None]:
    """Keep all other processes, on other machines too, out of the same block. On SQLite the write lock suffices."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(select(func.pg_advisory_lock(_ADVISORY_LOCK)))
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(_ADVISORY_LOCK)))


class DatabaseVersionError(Exception):
    """A database that this version of the shop cannot migrate; the message has the way out."""


class Migrations(Struct, frozen=True):
    """The migrations of one set of tables, and the table that has their revision.

    They follow each other as their files do, which are named by number and revision: `0002_shipping.py`.
    """

    folder: Path
    version_table: str = "alembic_version"

    @property
    def revisions(self) -> list[str]:
        """All revisions, oldest first."""
        files = sorted((self.folder / "versions").glob("[0-9]*_*.py"))
        return [file.stem.split("_", 1)[1] for file in files]


CATALOGUE = Migrations(Path(__file__).parent.parent / "migrations")


def migrate(engine: Engine, migrations: Migrations = CATALOGUE) -> None:
    """Migrate the tables to the newest revision, in one transaction; an up-to-date database is only read.

    Raises DatabaseVersionError for a database from before 0.1.0, or from a newer version.
    """
    with engine.connect() as connection:
        found = revision_of(connection, migrations)
    if found == newest_revision(migrations):
        return
    if found is not None and not knows_revision(found, migrations):
        raise DatabaseVersionError(_EXPORT_FIRST if _UNRELEASED.fullmatch(found) else f"{_NEWER} (revision {found})")
    upgrade(engine, "head", migrations)


def upgrade(engine: Engine, revision: str, migrations: Migrations = CATALOGUE) -> None:
    """Bring the tables to a revision, in one transaction."""
    # Late: a shop whose tables are up to date needs none of it, and it takes 10 MB of each process.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations.folder))
    config.set_main_option("path_separator", "os")
    with for_writing(engine).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def can_serve(connection: Connection, migrations: Migrations = CATALOGUE) -> bool:
    """Whether the tables are at this version's newest revision, or at one of a newer version.

    While a new version is rolled out, the first shop migrates and the others serve on, whose tables remain usable.
    """
    found = revision_of(connection, migrations)
    if found is None or found == newest_revision(migrations):
        return found is not None
    return not (knows_revision(found, migrations) or _UNRELEASED.fullmatch(found))


def is_migrated(engine: Engine, migrations: Migrations = CATALOGUE) -> bool:
    """Whether the tables are at the newest revision."""
    with engine.connect() as connection:
        return revision_of(connection, migrations) == newest_revision(migrations)


def revision_of(connection: Connection, migrations: Migrations = CATALOGUE) -> str | None:
    """The revision of the tables, None for a database without tables."""
    if not inspect(connection).has_table(migrations.version_table):
        return None
    revision = column("version_num", String)
    return connection.scalar(select(revision).select_from(table(migrations.version_table, revision)))


def newest_revision(migrations: Migrations = CATALOGUE) -> str:
    """The revision that this version of the shop needs."""
    return migrations.revisions[-1]


def knows_revision(revision: str, migrations: Migrations = CATALOGUE) -> bool:
    """Whether the revision is the newest or an earlier one of this version."""
    return revision in migrations.revisions


REST_SECONDS = 5.0
"""The time that an unreachable standby is not tried again, so that not every visitor waits for it."""


class Databases:
    """The primary, which takes every write, and an optional standby, which anonymous reads try first."""

    def __init__(self, url: URL, read_url: URL | None = None) -> None:
        self.primary = open_engine(url, serving=True)
        self.writing = for_writing(self.primary)
        self.standby = open_engine(read_url, serving=True) if read_url else None
        self.reading = [for_reading(engine) for engine in (self.standby, self.primary) if engine is not None]
        self._resting_until = 0.0

    def session_for_reading(self) -> Session:
        """A session on the first of `reading` that answers. Raises SQLAlchemyError when none does."""
        resting = time.monotonic() < self._resting_until
        *others, last = self.reading
        for engine in () if resting else others:
            session = Session(engine)
            try:
                session.connection()
            except SQLAlchemyError as error:
                session.close()
                if fault_of(error) is not DatabaseFault.GONE:
                    raise
                self._resting_until = time.monotonic() + REST_SECONDS
            else:
                return session
        return Session(last)

    @property
    def engines(self) -> list[Engine]:
        return [self.primary] if self.standby is None else [self.primary, self.standby]

    @property
    def are_ready(self) -> bool:
        """Whether visitors can be served: a database answers, and its tables are new enough."""
        with self.session_for_reading() as session:
            return can_serve(session.connection())

    def dispose(self) -> None:
        for engine in self.engines:
            engine.dispose()
