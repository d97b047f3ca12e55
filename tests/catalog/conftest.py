"""Databases of both kinds for the catalogue's tests, whatever SHOP_TEST_DATABASE is."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine

from catalog.db.engine import migrate, open_engine
from tests import databases

MakeEngine = Callable[[str, Path], Engine]


@pytest.fixture(scope="session")
def make_engine(tmp_path_factory: pytest.TempPathFactory) -> MakeEngine:
    """A function that returns an engine on an empty, migrated database of either kind; SQLite in the given folder."""

    @cache
    def migrated(kind: str) -> URL:
        file = f"sqlite:///{tmp_path_factory.mktemp('migrated') / 'shop.db'}"
        engine = open_engine(file if kind == "sqlite" else databases.new_on_postgresql())
        migrate(engine)
        engine.dispose()
        return engine.url

    def make(kind: str, folder: Path) -> Engine:
        return open_engine(databases.copy(migrated(kind), folder))

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, make_engine: MakeEngine, tmp_path: Path) -> Iterator[Engine]:
    """An engine on an empty, migrated database of either kind."""
    engine = make_engine(request.param, tmp_path)
    yield engine
    engine.dispose()
    databases.drop(engine.url)
