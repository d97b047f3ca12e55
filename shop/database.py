"""One catalogue session per request, and making the catalogue ready before the first."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from flask import Flask, current_app, g
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from catalog.database import is_migrated, migrate, open_engine
from catalog.sample import load_sample
from recommend.knowledge import Ruleset
from recommend.loading import load_ruleset
from shop.settings import Settings


def prepare_catalogue(settings: Settings) -> None:
    """Migrate the database and fill an empty one with the sample; only one process at a time does so."""
    ruleset = load_ruleset(settings.rules_dir)
    with making_catalogue(settings) as session:
        load_sample(session, ruleset)
        session.commit()


@contextmanager
def making_catalogue(settings: Settings) -> Iterator[Session]:
    """A session on a migrated database, while no other process prepares it. The caller commits."""
    with FileLock(settings.instance / "prepare.lock"):
        engine = open_engine(settings.database_url)
        migrate(engine)
        with Session(engine) as session:
            yield session
        engine.dispose()
        _only_for_owner(settings.instance)


def _only_for_owner(instance: Path) -> None:
    for file in instance.glob("shop.db*"):
        file.chmod(0o600)


def open_database(app: Flask, settings: Settings) -> None:
    """Give every request a session on demand and close it afterwards."""
    app.extensions["catalog_engine"] = open_engine(settings.database_url)

    @app.teardown_appcontext
    def close_session(_error: BaseException | None) -> None:
        session: Session | None = g.pop("catalog_session", None)
        if session is not None:
            session.close()


def get_engine() -> Engine:
    engine: Engine = current_app.extensions["catalog_engine"]
    return engine


def get_session() -> Session:
    """The session of this request."""
    if "catalog_session" not in g:
        g.catalog_session = Session(get_engine())
    session: Session = g.catalog_session
    return session


def get_ruleset() -> Ruleset:
    ruleset: Ruleset = current_app.extensions["ruleset"]
    return ruleset


def database_is_ready() -> bool:
    """Whether the database answers and is at the newest revision."""
    return is_migrated(get_engine())
