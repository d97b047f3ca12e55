"""Fresh databases of the kind that SHOP_TEST_DATABASE names: files of SQLite, or databases of a PostgreSQL server."""

import os
import shutil
from contextlib import ExitStack
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import URL

from shop.settings import parse_url
from tests.postgresql import Server, servers

ON_POSTGRESQL = os.environ.get("SHOP_TEST_DATABASE") == "postgresql"
_open = ExitStack()
_numbers = count()
_known: dict[Path, URL] = {}


@cache
def server() -> Server:
    """The PostgreSQL server of this process, started when first asked for."""
    (only,) = _open.enter_context(servers("tests"))
    only.make()
    only.start()
    return only


def end() -> None:
    _open.close()


def new(instance: Path) -> URL:
    """The database of an instance folder, empty at first, the same one for the same folder."""
    if instance not in _known:
        file = URL.create("sqlite", database=str(instance / "shop.db"))
        _known[instance] = new_on_postgresql() if ON_POSTGRESQL else file
    return _known[instance]


def copy(url: URL, instance: Path) -> URL:
    """Give an instance folder a copy of a database that nobody is connected to."""
    if url.get_backend_name() == "postgresql":
        _known[instance] = new_on_postgresql(template=str(url.database))
    else:
        file = instance / "shop.db"
        shutil.copy(str(url.database), file)
        orders = Path(str(url.database)).with_name("orders.db")
        if orders.exists():
            shutil.copy(orders, instance / "orders.db")
        _known[instance] = URL.create("sqlite", database=str(file))
    return _known[instance]


def new_on_postgresql(template: str = "template0") -> URL:
    """A new database on PostgreSQL, whatever the tests run on."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server().dsn(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return parse_url(server().url(name))


def drop(url: URL) -> None:
    """Erase a database on PostgreSQL once its test is over, before its 7 MB reach the disk."""
    if url.get_backend_name() == "postgresql":
        with psycopg.connect(server().dsn(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {url.database} WITH (FORCE)")
