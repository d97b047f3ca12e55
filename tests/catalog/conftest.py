"""An empty, migrated database of either kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine

from catalog.database import migrate, open_engine
from tests import databases


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """The address of a new database of either kind, whatever the other tests run on."""
    if request.param == "postgresql":
        return databases.new_on_postgresql()
    return URL.create("sqlite", database=str(tmp_path / "shop.db"))


@pytest.fixture
def engine(url: URL) -> Iterator[Engine]:
    """An engine on an empty, migrated database of either kind."""
    engine = open_engine(url)
    migrate(engine)
    yield engine
    engine.dispose()
