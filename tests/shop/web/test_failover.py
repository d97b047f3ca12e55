"""The primary falls over under load: no acknowledged edit is lost, reads go on, edits come back by themselves."""

import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from catalog.db.engine import CONNECT_SECONDS
from tests.postgresql import Server, free_port, servers, wait_until

LISTING = "/nl/beste-magnesium-supplementen"
EDITING_SHOP = """
from flask import request
from catalog.models import Brand
import shop.app
from shop.admin.permissions import open_to_all
from shop.web.database import get_session

make = shop.app.create_app

def create_app():
    app = make()
    app.config["WTF_CSRF_METHODS"] = set()

    @app.post("/admin/brand")
    @open_to_all
    def add_brand():
        get_session().add(Brand(name=request.form["name"], address="-", invented=True))
        get_session().commit()
        return "saved", 201

    return app

shop.app.create_app = create_app
from shop.cli import main
main()
"""


@pytest.fixture
def three() -> Iterator[tuple[Server, Server, Server]]:
    """A primary and two streaming standbys; a commit is acknowledged when the first standby has it too."""
    with servers("primary", "near", "far") as (primary, near, far):
        primary.make()
        primary.start()
        for standby in (near, far):
            standby.copy_of(primary)
            standby.start()
        primary.configure(synchronous_standby_names="near")
        wait_until(lambda: is_synchronous(primary), "the near standby to be synchronous")
        yield primary, near, far


def is_synchronous(primary: Server) -> bool:
    with psycopg.connect(primary.dsn()) as connection:
        states = connection.execute("SELECT sync_state FROM pg_stat_replication ORDER BY 1").fetchall()
    return states == [("async",), ("sync",)]


@contextmanager
def shops(urls: dict[str, str], folder: Path) -> Iterator[list[int]]:
    """Two `shop serve` on one database, each with its own instance folder, as on two machines; their ports."""
    with ExitStack() as stack:
        ports = [free_port(), free_port()]
        for port in ports:
            environment = os.environ | urls | {"SHOP_INSTANCE": str(folder / str(port)), "SHOP_SECRET_KEY": "k" * 40}
            process = subprocess.Popen(
                [sys.executable, "-c", EDITING_SHOP, "serve", "--port", str(port), "--workers", "1"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
            stack.callback(process.wait, 40)
            stack.callback(process.terminate)
        wait_until(lambda: all(ask(port, LISTING) == 200 for port in ports), "the shops", 60)
        yield ports


def ask(port: int, path: str, body: bytes | None = None) -> int:
    """The status of an answer; 0 when there was none."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", body, timeout=15) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code
    except OSError:
        return 0


class Load:
    """Edits and reads on both shops until the end, and what became of them."""

    def __init__(self, ports: list[int]) -> None:
        self.acknowledged: list[tuple[float, str]] = []
        self.refused = 0
        self.longest_without_reading = 0.0
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._edit, args=[port]) for port in ports]
        self._threads += [threading.Thread(target=self._read, args=[port]) for port in ports]

    def _edit(self, port: int) -> None:
        number = 0
        while not self._over.is_set():
            name = f"{port}-{number}"
            if ask(port, "/admin/brand", f"name={name}".encode()) == 201:
                self.acknowledged.append((time.monotonic(), name))
            else:
                self.refused += 1
            number += 1
            time.sleep(0.01)

    def _read(self, port: int) -> None:
        last = time.monotonic()
        while not self._over.is_set():
            if ask(port, LISTING) == 200:
                self.longest_without_reading = max(self.longest_without_reading, time.monotonic() - last)
                last = time.monotonic()
            time.sleep(0.01)
        self.longest_without_reading = max(self.longest_without_reading, time.monotonic() - last)

    @contextmanager
    def running(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join()

    def edits_after(self, moment: float) -> int:
        return sum(1 for time_, _ in list(self.acknowledged) if time_ > moment)


@pytest.mark.long
@pytest.mark.exhaustive
def test_the_primary_falls_over(three: tuple[Server, Server, Server], tmp_path: Path) -> None:
    primary, near, far = three
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in three)
    standbys = ",".join(f"127.0.0.1:{server.port}" for server in (near, far))
    urls = {
        "SHOP_DATABASE_URL": f"postgresql+psycopg://postgres@{hosts}/postgres",
        "SHOP_DATABASE_READ_URL": f"postgresql+psycopg://postgres@{standbys}/postgres",
    }
    with shops(urls, tmp_path) as ports:
        load = Load(ports)
        with load.running():
            wait_until(lambda: load.edits_after(0) > 20, "the first edits")
            primary.kill()
            time.sleep(1)  # what a watcher needs to see it
            near.configure(synchronous_standby_names="")
            near.promote()
            promoted = time.monotonic()
            wait_until(lambda: load.edits_after(promoted) > 20, "edits on the new primary")
            far.configure(primary_conninfo=f"host=127.0.0.1 port={near.port} user=postgres application_name=far")
        with psycopg.connect(near.dsn()) as connection:
            kept = {row[0] for row in connection.execute("SELECT name FROM brand")}
    assert load.refused > 0
    assert {name for _, name in load.acknowledged} <= kept
    assert load.longest_without_reading < CONNECT_SECONDS
