"""The orders' store: a database of its own, so that an import into the catalogue never holds a checkout up.

SQLite keeps it in `orders.db`; on PostgreSQL its tables live in the catalogue's database.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from catalog.db.backup import Part
from catalog.db.engine import (
    LOCK_SECONDS,
    Migrations,
    can_serve,
    for_writing,
    is_migrated,
    migrate,
    migration_lock,
    open_engine,
)
from catalog.models import table_of
from catalog.orders.models import DeliveryRate, OrdersBase

_LOOK_SECONDS = 0.002
_COMMITS = "PRAGMA data_version"
MOST_KNOWN = 4_000
"""Most things that a process knows of one state of the store."""
ORDERS = Migrations(Path(__file__).parent / "migrations", version_table="orders_version")


@contextmanager
def _turn_at(file: Path, lock: Lock) -> Iterator[None]:
    """The turn to write to a SQLite file. Threads wait in line, processes with equal chances.

    SQLite looks less and less often while a writer waits, so that where many press a button at once those who waited
    longest would go last, and some be refused. A process that is killed gives its turn back, and one that hangs keeps
    nobody for longer than SQLite would. Where the file of turns cannot be opened, SQLite alone keeps writers apart.
    """
    with lock:
        descriptor = _open_turn(file)
        if descriptor is None:
            yield
            return
        try:
            deadline = time.monotonic() + LOCK_SECONDS
            while not _is_ours(descriptor) and time.monotonic() < deadline:
                time.sleep(_LOOK_SECONDS)
            yield
        finally:
            os.close(descriptor)


def _open_turn(file: Path) -> int | None:
    """The file of turns; None for one that a command of another user made, say."""
    try:
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None


def _is_ours(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class OrdersStore:
    """The engine of the orders' store. No commit that was answered is lost, at a power cut neither."""

    def __init__(self, url: URL, *, serving: bool = True) -> None:
        self.engine: Engine = open_engine(url, serving=serving, durable=True)
        self._writing = for_writing(self.engine)
        self._watching = Lock()
        self._watcher: tuple[int, PoolProxiedConnection] | None = None
        """The process, and its connection that asks for commits, and reads nothing else."""
        self._known: dict[Hashable, Any] = {}
        self._known_at: tuple[int, int] | None = None
        file = self.engine.url.database if self.engine.dialect.name == "sqlite" else None
        self._turn: Callable[[], AbstractContextManager[None]] = (
            partial(_turn_at, Path(f"{file}-turn"), Lock()) if file else nullcontext
        )

    def migrate(self) -> None:
        """Migrate the tables, while no other process does."""
        if not is_migrated(self.engine, ORDERS):
            with migration_lock(self.engine):
                migrate(self.engine, ORDERS)

    @property
    def is_ready(self) -> bool:
        """Whether the tables are new enough. Raises SQLAlchemyError when the database does not answer."""
        with self.engine.connect() as connection:
            return can_serve(connection, ORDERS)

    def reading(self) -> Session:
        return Session(self.engine)

    def connection(self) -> Connection:
        """A connection for statements that read columns: a page with a basket, which needs no objects."""
        return self.engine.connect()

    def known(self) -> dict[Hashable, Any]:
        """A place for what is read of the store, emptied by the next commit of anybody; new at each call on PostgreSQL.

        Asked for before anything is read, so that nothing in it is older than the commit that it is kept for.
        """
        if self.engine.dialect.name != "sqlite":
            return {}
        with self._watching:
            version = self._version()
            if version != self._known_at or len(self._known) > MOST_KNOWN:
                self._known_at, self._known = version, {}
            return self._known

    def _version(self) -> tuple[int, int]:
        """The process, and a number that changes with every commit of another connection than the one that asks."""
        if self._watcher is None or self._watcher[0] != os.getpid():  # a connection is of no use after a fork
            connection = self.engine.raw_connection()
            connection.detach()
            self._watcher = os.getpid(), connection
        cursor = self._watcher[1].cursor()
        try:
            cursor.execute(_COMMITS)
            return self._watcher[0], (cursor.fetchone() or (0,))[0]
        except sqlite3.Error as error:
            raise OperationalError(_COMMITS, None, error) from error
        finally:
            cursor.close()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session in one transaction, committed at the end and rolled back by an exception."""
        with self._turn(), Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def dispose(self) -> None:
        with self._watching:
            if self._watcher is not None and self._watcher[0] == os.getpid():
                self._watcher[1].close()
            self._watcher, self._known_at = None, None
        self.engine.dispose()


def part_of_backup(store: OrdersStore) -> Part:
    """The orders' tables as a part of backup, restore and move."""
    return Part(store.engine, ORDERS, OrdersBase.metadata.sorted_tables, frozenset({table_of(DeliveryRate)}))


@contextmanager
def opened_store(url: URL) -> Iterator[OrdersStore]:
    """A migrated store for a command, closed at the end."""
    store = OrdersStore(url, serving=False)
    try:
        store.migrate()
        yield store
    finally:
        store.dispose()
