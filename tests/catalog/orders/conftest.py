"""An orders' store of each test's own, on the kind of database that the run is for."""

import shutil
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


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> URL:
    """A migrated store without orders, to be copied."""
    url = new_store_url(tmp_path_factory.mktemp("orders"))
    made = OrdersStore(url)
    made.migrate()
    made.dispose()
    return url


@pytest.fixture
def store(empty_store: URL, tmp_path: Path) -> Iterator[OrdersStore]:
    if databases.ON_POSTGRESQL:
        url = databases.new_on_postgresql(template=str(empty_store.database))
    else:
        url = new_store_url(tmp_path)
        shutil.copy(str(empty_store.database), str(url.database))
    made = OrdersStore(url)
    yield made
    made.dispose()
    databases.drop(made.engine.url)
