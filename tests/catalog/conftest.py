"""Databases of both kinds for tests of the catalogue, whatever the other tests run on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from catalog.db.engine import migrate, open_engine
from tests import databases

MakeEngine = Callable[[str, Path], Engine]


@pytest.fixture(scope="session")
def make_engine() -> MakeEngine:
    """Makes an engine on an empty, migrated database of either kind; for SQLite in the folder given."""

    def make(kind: str, folder: Path) -> Engine:
        file = f"sqlite:///{folder / 'shop.db'}"
        engine = open_engine(file if kind == "sqlite" else databases.new_on_postgresql())
        migrate(engine)
        return engine

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, make_engine: MakeEngine, tmp_path: Path) -> Iterator[Engine]:
    """An engine on an empty, migrated database of either kind."""
    engine = make_engine(request.param, tmp_path)
    yield engine
    engine.dispose()
    databases.drop(engine.url)
