"""Lists and proofs of a store with many orders: `shop dev bench order_store [--orders N] [--keep FOLDER]`.

Forty orders of every kind (unpaid, to pack, sent, arrived, withdrawn from, returned, refunded, charged back) are made
by the shop's own steps; all their rows are then copied until there are N orders, half of them closed. Printed are the
seconds of `book_faults` and the median of each list's milliseconds, on SQLite.
"""

import argparse
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from sqlalchemy import Table, func, insert, select, text, update
from sqlalchemy.orm import Session

from catalog.models import table_of
from catalog.orders import outbox
from catalog.orders.books import journal, month_of
from catalog.orders.checks import book_faults
from catalog.orders.finding import OrderFilter, OrderSearch, counts_by_filter, find_orders
from catalog.orders.models import (
    Document,
    NumberSeries,
    OrdersBase,
    PaymentStatus,
    Purchase,
    StockLevel,
    StockMove,
)
from catalog.orders.payments import PaymentSeen, purchase_for_update, see_payment
from catalog.orders.returns import ReturnedLine, decide, receive, undecided_packs
from catalog.orders.shipping import Parcel, ParcelLine, deliver, ship
from catalog.orders.states import Arrow, take
from catalog.orders.withdrawal import Statement, WithdrawnLine, withdraw
from shop.outbox.worker import do_due_jobs
from shop.web.services import Services, services_of
from tests.bench.orders_under_import import shop_with
from tests.shop.ordering.shopper import CITRATE, TABLETS, Shopper

KEYS = {"number", "token_sha256", "checkout_key", "token", "idempotency_key", "provider_id", "key"}
"""Columns of text that are unique: each copy has its own."""
IDS = {"id", "purchase_id", "payment_id", "refund_id", "shipment_id", "return_id", "document_id", "row_id"}
LEFT_OUT = {"terms", "delivery_rate", "number_series", "stock_level", "attempt", "trial_payment", "import_run"}
BATCH = 2000


def make_templates(app: Flask, orders: int = 40) -> None:
    """Orders of every kind; half of them are closed."""
    shared = services_of(app)
    for number in range(orders):
        shopper = Shopper(app)
        shopper.client.environ_base["REMOTE_ADDR"] = f"10.3.0.{number}"
        shopper.add(CITRATE, TABLETS)
        later = number % 8 == 6
        answer = shopper.order(email=f"klant{number}@voorbeeld.nl", method="after_delivery" if later else "online")
        if not later and number % 8 != 7:
            shopper.pay(answer)
        do_due_jobs(app)
        if number % 8 != 7 and number % 40 != 5:  # unpaid, and to pack
            _finish(shared, number)
        do_due_jobs(app)
    do_due_jobs(app)


def _finish(shared: Services, number: int) -> None:
    now = shared.clock()
    with shared.orders.writing() as session:
        found = session.scalars(select(Purchase.id).where(Purchase.email == f"klant{number}@voorbeeld.nl")).one()
        purchase = purchase_for_update(session, found)
        parcel = Parcel(f"p{number}", [ParcelLine(1, 1, f"L{number % 5}"), ParcelLine(2, 1, "M1")])
        shipment = ship(session, purchase, parcel, now, who="packer")
        deliver(session, purchase, shipment, now, who="packer")
        if number % 8 == 4:
            lines = (WithdrawnLine(1, 1),)
            withdraw(session, purchase, Statement(f"w{number}", "Jo", purchase.email, lines), now)
            receive(session, purchase, [ReturnedLine(1, 1, 0, 1)], now, key=f"r{number}", who="packer")
            decide(session, purchase, {1: 1}, undecided_packs(purchase), now, who="owner")
        if number in (2, 20):
            payment = purchase.payments[0]
            seen = PaymentSeen(
                str(payment.provider_id), PaymentStatus.PAID, payment.cents, payment.cents, 0, payment.cents
            )
            see_payment(session, payment.id, seen, (), now)
        if number % 8 < 4 or number % 16 == 6:
            purchase.delivered_at = now - timedelta(days=20)
        if number % 8 < 4:
            take(session, purchase, Arrow.CLOSE, now)


def copy_orders(app: Flask, orders: int) -> None:
    """Copy the rows of all orders until there are so many; levels and series are put right at the end."""
    shared, metadata = services_of(app), OrdersBase.metadata
    tables = [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]
    with shared.orders.writing() as session:
        rows = {table: [dict(row) for row in session.execute(select(table)).mappings()] for table in tables}
        for row in rows[table_of(Document)]:
            row["pdf"] = None
        made = len(rows[table_of(Purchase)])
        step = 10 * max(row["id"] for found in rows.values() for row in found if "id" in row)
        session.execute(text("PRAGMA cache_size=-400000"))
        for table in tables:
            batch: list[dict[str, Any]] = []
            for row in _copies(table, rows[table], orders // made, step):
                batch.append(row)
                if len(batch) >= BATCH:
                    session.execute(insert(table), batch)
                    batch = []
            if batch:
                session.execute(insert(table), batch)
        _put_right(session, orders // made)


def _copies(table: Table, rows: list[dict[str, Any]], copies: int, step: int) -> Iterator[dict[str, Any]]:
    per_series = Counter(row["number"].rpartition("-")[0] for row in rows) if table.name == "document" else Counter()
    for copy in range(1, copies):
        for row in rows:
            if table.name == "stock_move" and row["purchase_id"] is None:
                continue
            own = {name: value + copy * step for name, value in row.items() if name in IDS and value is not None}
            own |= {name: f"{row[name]}.{copy}" for name in KEYS if row.get(name) is not None}
            if table.name == "document":
                series, _dash, number = row["number"].rpartition("-")
                own["number"] = f"{series}-{int(number) + copy * per_series[series]:05}"
            if table.name == "purchase_word" and "@" in row["word"]:
                own["word"] = f"{copy}{row['word']}"
            yield row | own


def _put_right(session: Session, copies: int) -> None:
    """The sums of moves as levels, and the last number of each series of documents."""
    moves = select(func.sum(StockMove.by_on_hand), func.sum(StockMove.by_reserved))
    for level in session.scalars(select(StockLevel)):
        sold = session.execute(moves.where(StockMove.product_id == level.product_id)).one()
        session.execute(
            insert(StockMove),
            [
                {
                    "product_id": level.product_id,
                    "at": level.counted_at,
                    "kind": "counted",
                    "by_on_hand": 10**7,
                    "by_reserved": 0,
                }
            ],
        )
        session.execute(
            update(StockLevel)
            .where(StockLevel.product_id == level.product_id)
            .values(on_hand=10**7 + int(sold[0]), reserved=int(sold[1]))
        )
    session.execute(update(NumberSeries).values(last=NumberSeries.last * copies))


def median_ms(work: Callable[[], object], rounds: int = 9) -> float:
    times = []
    for _round in range(rounds):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def _found(wanted: OrderSearch, session: Session) -> object:
    return find_orders(session, wanted)


def measure(app: Flask) -> None:
    shared = services_of(app)

    def read(work: Callable[[Session], object]) -> Callable[[], object]:
        def done() -> object:
            with shared.orders.reading() as session:
                return work(session)

        return done

    with shared.orders.reading() as session:
        first = session.scalars(select(Purchase).order_by(Purchase.id)).first()
        assert first is not None
        number, day = first.number, first.placed_at
        print(f"{session.scalar(select(func.count(Purchase.id)))} orders")
    asked: dict[str, Callable[[Session], object]] = {"the dashboard's counts": counts_by_filter}
    for name in (None, *OrderFilter):
        asked[f"list {name or 'all'}"] = partial(_found, OrderSearch(filter=name))
    for words in ("klant3@voorbeeld.nl", number, "vries utrecht"):
        asked[f"search {words[:6]}"] = partial(_found, OrderSearch(words))
    asked["the outbox's state"] = lambda session: outbox.waiting(session, day)
    for what, work in asked.items():
        print(f"{what}: {median_ms(read(work)):.1f} ms")
    print(f"journal of a month: {median_ms(read(lambda s: journal(s, month_of(day.year, day.month))), 1):.0f} ms")
    begun = time.perf_counter()
    with shared.orders.reading() as session:
        faults = sum(1 for _fault in book_faults(session))
    print(f"orders check: {time.perf_counter() - begun:.1f} s, {faults} faults")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="a folder that the store is made in, or found in")
    options = parser.parse_args(sys.argv[2:])
    with TemporaryDirectory() as passing:
        folder = options.keep or Path(passing)
        is_made = (folder / "orders.db").exists()
        app = shop_with({"SHOP_INSTANCE": str(folder), "SHOP_SECRET_KEY": "k" * 40})
        if not is_made:
            make_templates(app)
            copy_orders(app, options.orders)
            with services_of(app).orders.engine.connect() as connection:
                connection.execute(text("ANALYZE"))
        measure(app)
        services_of(app).dispose()
