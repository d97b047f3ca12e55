"""One catalogue session per request, and making the catalogue ready before the first."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from flask import Flask, current_app, g, request
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from catalog.database import alone, for_reading, for_writing, migrate, newest_revision, open_engine, revision_of
from catalog.edits import mend_catalogue
from catalog.faults import Fault, fault_of
from catalog.models import IndexState, Product
from catalog.sample import load_sample
from recommend.knowledge import Ruleset
from recommend.loading import load_ruleset
from shop.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
REST_SECONDS = 5.0
"""How long a database for reads that did not answer is left alone, so that not every visitor waits for it."""


def prepare_catalogue(settings: Settings) -> None:
    """Migrate the database, fill an empty one with the sample, index one that never was; one process at a time."""
    ruleset = load_ruleset(settings.rules_dir)
    with making_catalogue(settings) as engine:
        if _is_empty(engine):  # only read where there is nothing to do, so that a writer is not waited for
            with Session(for_writing(engine)) as session:
                load_sample(session, ruleset)
                session.commit()
        elif _was_never_indexed(engine):
            with Session(for_writing(engine)) as session:
                mend_catalogue(session, ruleset)
                session.commit()


@contextmanager
def making_catalogue(settings: Settings) -> Iterator[Engine]:
    """A migrated database, while no other process prepares it."""
    with FileLock(settings.instance / "prepare.lock"):
        engine = open_engine(settings.database_url)
        with alone(engine):
            migrate(engine)
            yield engine
        engine.dispose()
        _only_for_owner(settings.instance)


def _is_empty(engine: Engine) -> bool:
    with Session(engine) as session:
        return session.scalar(select(Product.id).limit(1)) is None


def _was_never_indexed(engine: Engine) -> bool:
    with Session(engine) as session:
        return session.scalars(select(IndexState.revision)).one() == 0


def _only_for_owner(instance: Path) -> None:
    for file in instance.glob("shop.db*"):
        file.chmod(0o600)


class Databases:
    """The primary, which takes every write, and where anonymous reads go: a standby first, if there is one."""

    def __init__(self, settings: Settings) -> None:
        self.primary = open_engine(settings.database_url, serving=True)
        self.writing = for_writing(self.primary)
        read_url = settings.database_read_url
        self.standby = open_engine(read_url, serving=True) if read_url else None
        self.reading = [for_reading(engine) for engine in (self.standby, self.primary) if engine is not None]
        self._resting_until = 0.0

    def session_for_reading(self) -> Session:
        """A session that is connected to the first of `reading` that answers. Raises SQLAlchemyError when none does."""
        resting = time.monotonic() < self._resting_until
        *others, last = self.reading
        for engine in () if resting else others:
            session = Session(engine)
            try:
                session.connection()
            except SQLAlchemyError as error:
                session.close()
                if fault_of(error) is not Fault.GONE:
                    raise
                self._resting_until = time.monotonic() + REST_SECONDS
            else:
                return session
        return Session(last)

    @property
    def engines(self) -> list[Engine]:
        return [self.primary] if self.standby is None else [self.primary, self.standby]

    def dispose(self) -> None:
        for engine in self.engines:
            engine.dispose()


def open_database(app: Flask, settings: Settings) -> None:
    """Give every request a session on demand and close it afterwards."""
    databases = Databases(settings)
    app.extensions["databases"] = databases
    app.extensions["catalog_engine"] = databases.primary

    @app.teardown_appcontext
    def close_session(_error: BaseException | None) -> None:
        session: Session | None = g.pop("catalog_session", None)
        if session is not None:
            session.close()


def get_databases() -> Databases:
    databases: Databases = current_app.extensions["databases"]
    return databases


def get_session() -> Session:
    """The session of this request.

    Staff are on the primary, so that they read their own writes; a request that may write waits for other
    writers at its begin. Visitors only read, whatever the method: a POST of theirs carries answers that must not
    stand in an address.
    """
    if "catalog_session" not in g:
        databases = get_databases()
        if not asked_by_staff():
            g.catalog_session = databases.session_for_reading()
        else:
            g.catalog_session = Session(databases.primary if request.method in SAFE else databases.writing)
    session: Session = g.catalog_session
    return session


def asked_by_staff() -> bool:
    """Whether the request is for the admin."""
    return request.path == "/admin" or request.path.startswith("/admin/")


def get_ruleset() -> Ruleset:
    ruleset: Ruleset = current_app.extensions["ruleset"]
    return ruleset


def database_is_ready() -> bool:
    """Whether visitors can be served: a database answers and is at the newest revision."""
    with get_databases().session_for_reading() as session:
        return revision_of(session.connection()) == newest_revision()
