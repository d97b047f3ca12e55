"""Engines, sessions and migrations, for SQLite and PostgreSQL alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session

MIGRATIONS = Path(__file__).parent / "migrations"


def open_engine(url: str | URL) -> Engine:
    """An engine for a SQLAlchemy URL. Raises SQLAlchemyError or ImportError for one that cannot be used.

    SQLite gets write-ahead logging, so that readers never wait for the writer, and real transactions: its driver
    would otherwise commit every CREATE TABLE by itself, and a killed migration would leave half of the tables.
    """
    sqlite = make_url(url).get_backend_name() == "sqlite"
    # What a query was asked with may follow from a visitor's answers: it stays out of errors, and so out of logs.
    engine = create_engine(url, pool_pre_ping=not sqlite, hide_parameters=True)
    if sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy begins and ends transactions, not the driver
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=5000", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@contextmanager
def hurried(session: Session) -> Iterator[None]:
    """Let a write fail at once when another one is under way, for what is not worth waiting for.

    SQLite has one writer, which an import may be for a while. Elsewhere rows are locked one by one: nothing changes.
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


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest revision, in one transaction."""
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_migrated(engine: Engine) -> bool:
    """Whether the tables are at the newest revision."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
