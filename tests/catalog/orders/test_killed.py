"""Orders placed by several processes that are killed at any moment: none is lost, halved or sold twice."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.orders.checks import book_faults
from catalog.orders.models import MoveKind, Purchase, PurchaseLine, PurchaseState, Shipment, StockLevel, StockMove
from catalog.orders.store import OrdersStore
from shop.cli import main
from tests import databases
from tests.catalog.orders.sellers import CHANCE, JARS, sell

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


@pytest.mark.long
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


@pytest.mark.nightly
@pytest.mark.skipif(not os.environ.get("SHOP_NIGHTLY"), reason="set SHOP_NIGHTLY=1 for a minute of kills")
def test_eight_sellers_killed_at_random_for_a_minute_sell_no_pack_twice_and_lose_none(
    store: OrdersStore, tmp_path: Path
) -> None:
    url = store.engine.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("forkserver")  # a child is at work in a moment, also on a busy machine
    context.set_forkserver_preload(["tests.catalog.orders.sellers", "sqlalchemy.dialects.postgresql.psycopg"])
    diaries = [tmp_path / f"seller-{number}" for number in range(8)]
    for diary in diaries:
        diary.touch()
    running = [context.Process(target=sell, args=(url, diary), daemon=True) for diary in diaries]
    for seller in running:
        seller.start()
    end, sizes = time.monotonic() + 60, [0] * 8
    while time.monotonic() < end:
        time.sleep(CHANCE.uniform(0.01, 0.4))
        number = CHANCE.randrange(8)
        if diaries[number].stat().st_size == sizes[number] and CHANCE.random() < 0.7:
            continue  # it has answered nothing since its start: most are to be killed in the middle of their work
        kill(running[number])
        sizes[number] = diaries[number].stat().st_size
        running[number] = context.Process(target=sell, args=(url, diaries[number]), daemon=True)
        running[number].start()
    for seller in running:
        kill(seller)

    lines = [line.split() for diary in diaries for line in diary.read_text().splitlines()]
    answered = {words[1]: words[2] for words in lines if words[0] == "placed" and words[2] != "sold-out"}
    counted = Counter(words[0] for words in lines)
    assert all(counted[what] for what in ("placed", "cancelled", "shipped", "received")), counted
    checked = CliRunner().invoke(main, ["orders", "check"], env={"SHOP_ORDERS_DATABASE_URL": url})
    assert (checked.exit_code, checked.output) == (0, "All sums agree\n")
    with store.reading() as session:
        purchases = {one.checkout_key: one for one in session.scalars(select(Purchase))}
        assert all(purchases[key].number == number for key, number in answered.items())
        states = {one.number: one.state for one in purchases.values()}
        assert all(states[words[1]] is PurchaseState.CANCELLED for words in lines if words[0] == "cancelled")
        shipped = Counter(words[1] for words in lines if words[0] == "shipped")
        of_parcels = select(Purchase.number).join(Shipment, Shipment.purchase_id == Purchase.id)
        parcels = Counter(session.scalars(of_parcels))
        assert all(number <= parcels[order] for order, number in shipped.items())
        keys = set(session.scalars(select(StockMove.key)))
        assert {words[1] for words in lines if words[0] == "received"} <= keys
        assert sold_and_left(session) == {jar: [] for jar in JARS}


def kill(seller: BaseProcess) -> None:
    """Kill a process that is at work; one that ended by itself met an error."""
    assert seller.exitcode is None
    seller.kill()
    seller.join()


def sold_and_left(session: Session) -> dict[int, list[str]]:
    """The faults of each product's ledger, move by move: more promised than there, or sums that are not the level."""
    faults: dict[int, list[str]] = {jar: [] for jar in JARS}
    there, promised, came = Counter[int](), Counter[int](), Counter[int]()
    for move in session.scalars(select(StockMove).order_by(StockMove.id)):
        there[move.product_id] += move.by_on_hand
        promised[move.product_id] += move.by_reserved
        if move.kind in (MoveKind.COUNTED, MoveKind.RECEIVED):
            came[move.product_id] += move.by_on_hand
        if not 0 <= promised[move.product_id] <= there[move.product_id]:
            faults[move.product_id].append(f"move {move.id}: {promised} of {there}")
    sent = select(PurchaseLine.product_id, func.sum(PurchaseLine.shipped)).group_by(PurchaseLine.product_id)
    for jar, packs in session.execute(sent):
        level = session.get_one(StockLevel, jar)
        if (level.on_hand, level.reserved, packs) != (there[jar], promised[jar], came[jar] - there[jar]):
            faults[jar].append(f"{level.on_hand} and {level.reserved}, sent {packs}, came {came[jar]}")
    return faults
