"""An orders' store of each test's own, on the kind of database that the run is for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from catalog.orders.store import OrdersStore
from tests import databases


def new_store_url(folder: Path) -> URL:
    if databases.ON_POSTGRESQL:
        return databases.new_on_postgresql()
    return URL.create("sqlite", database=str(folder / "orders.db"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[OrdersStore]:
    made = OrdersStore(new_store_url(tmp_path))
    made.migrate()
    yield made
    made.dispose()
    databases.drop(made.engine.url)
