"""Databases of both kinds for the catalogue's tests, whatever SHOP_TEST_DATABASE is."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from catalog.db.engine import migrate, open_engine
from tests import databases

MakeEngine = Callable[[str, Path], Engine]


@pytest.fixture(scope="session")
def make_engine() -> MakeEngine:
    """A function that returns an engine on an empty, migrated database of either kind; SQLite in the given folder."""

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
