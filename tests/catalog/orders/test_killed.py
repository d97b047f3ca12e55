"""Orders placed by several processes that are killed at any moment: none is lost, halved or sold twice."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from catalog.orders.checks import book_faults
from catalog.orders.models import Purchase, StockLevel
from catalog.orders.store import OrdersStore
from tests import databases

ROOT = Path(__file__).parents[3]
WRITER = """
import random, sys
from catalog.orders.stock import SoldOutError
from catalog.orders.store import OrdersStore
from sqlalchemy import make_url
from tests.catalog.orders.goods import goods, placed, placing_of, quote_of

store = OrdersStore(make_url(sys.argv[1]))
while True:
    jars = random.sample(range(1, 6), 2)
    try:
        made = placed(store, placing_of(quote_of(*((goods(jar, stock=100_000), random.randint(1, 2)) for jar in jars)),
                                        email=f"{random.random()}@voorbeeld.nl"))
    except SoldOutError:
        continue
    print(made.purchase.number, flush=True)
"""


class Writer:
    """A process that places orders, one after the other, and writes the number of each to a file once it is stored."""

    def __init__(self, url: str, file: Path) -> None:
        self.file = file
        with file.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", WRITER, url], stdout=out, stderr=subprocess.DEVNULL, cwd=ROOT
            )

    def kill_after_an_answer(self, delay: float) -> None:
        deadline = time.monotonic() + 60
        while not self.file.stat().st_size and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(delay)
        self.kill()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.mark.exhaustive
def test_every_answered_order_is_there_whole_and_no_pack_is_promised_twice(store: OrdersStore, tmp_path: Path) -> None:
    url = store.engine.url.render_as_string(hide_password=False)
    delays = [0.03, 0.11, 0.37] if databases.ON_POSTGRESQL else [0.03, 0.11, 0.37, 0.05, 0.23, 0.17]
    writers = [Writer(url, tmp_path / f"answers-{number}") for number in range(3)]
    running = list(writers)
    for number, delay in enumerate(delays):
        running[number % 3].kill_after_an_answer(delay)
        running[number % 3] = Writer(url, tmp_path / f"answers-{number + 3}")
        writers.append(running[number % 3])
    for writer in running:
        writer.kill()
    answered = {number for writer in writers for number in writer.file.read_text().split()}

    with store.reading() as session:
        stored = set(session.scalars(select(Purchase.number)))
        assert len(answered) >= len(delays)
        assert answered <= stored
        assert not list(book_faults(session))
        assert all(level.reserved <= 100_000 for level in session.scalars(select(StockLevel)))
