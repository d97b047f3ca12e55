"""Lists and proofs of a store with many orders: `shop dev bench order_store [--orders N] [--keep FOLDER]`.

Forty orders of every kind (unpaid, to pack, sent, arrived, withdrawn from, returned, refunded, charged back) are made
by the shop's own steps; all their rows are then copied until there are N orders, half of them closed. Printed are the
median milliseconds of each list and search, and the seconds and memory of `shop orders check`, on SQLite.
"""

import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from sqlalchemy import Date, Table, func, insert, select, text, update
from sqlalchemy.orm import Session

from catalog.models.base import Moment
from catalog.orders import outbox
from catalog.orders.books import journal, month_of, vat_of_period
from catalog.orders.finding import OrderFilter, OrderSearch, counts_by_filter, find_orders
from catalog.orders.models import (
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
MONTHS = 12
"""Copies are spread over so many months; most that wait are then overdue."""
LEFT_OUT = {"terms", "delivery_rate", "number_series", "stock_level", "attempt", "trial_payment", "import_run"}


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
    """Copy the rows of all orders until there are so many; levels and series are put right at the end.

    Each table is filled by one statement, its indexes made afterwards: 10^6 orders have 3 x 10^7 rows.
    """
    shared = services_of(app)
    tables = [table for table in OrdersBase.metadata.sorted_tables if table.name not in LEFT_OUT]
    with shared.orders.reading() as session:
        made = session.scalar(select(func.count(Purchase.id))) or 1
        ids = [session.scalar(select(func.max(table.c.id))) or 0 for table in tables if "id" in table.c]
    shared.orders.engine.dispose()
    raw = sqlite3.connect(str(shared.orders.engine.url.database), isolation_level=None)
    for pragma in ("journal_mode=TRUNCATE", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY"):
        raw.execute(f"PRAGMA {pragma}")
    for table in tables:
        named = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
        indexes = raw.execute(named, (table.name,)).fetchall()
        for name, _sql in indexes:
            raw.execute(f"DROP INDEX {name}")
        raw.execute(_copies(table, orders // made, 10 * max(ids)))
        for _name, sql in indexes:
            raw.execute(sql)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.close()
    with shared.orders.writing() as session:
        _put_right(session, orders // made)


def _copies(table: Table, copies: int, step: int) -> str:
    """The statement that copies all rows of a table; a copy has ids and unique texts of its own."""
    values = []
    for name in (column.name for column in table.columns):
        value = f"one.{name}"
        if name in IDS:
            value = f"{value} + n * {step}"
        elif (table.name, name) == ("document", "number"):
            own = "(SELECT count(*) FROM document WHERE substr(number, 1, length(number) - 5) = series)"
            first = "substr(one.number, 1, length(one.number) - 5)"
            value = f"printf('%s%05d', {first}, substr(one.number, -5) + n * {own.replace('series', first)})"
        elif (table.name, name) == ("document", "pdf"):
            value = "NULL"
        elif isinstance(table.c[name].type, Moment):
            value = f"strftime('%Y-%m-%d %H:%M:%f000', {value}, '-' || (n % {MONTHS}) || ' months')"
        elif isinstance(table.c[name].type, Date):
            value = f"date({value}, '-' || (n % {MONTHS}) || ' months')"
        elif name == "postcode":
            value = "printf('%dAB', 1000 + n % 9000)"
        elif (table.name, name) == ("purchase_word", "word"):
            postcode = "CASE WHEN one.word = '3511ab' THEN printf('%dab', 1000 + n % 9000) ELSE one.word END"
            value = f"CASE WHEN {value} LIKE '%@%' THEN n || {value} ELSE {postcode} END"
        elif name in KEYS:
            value = f"{value} || '.' || n"
        values.append(value)
    where = "WHERE one.purchase_id IS NOT NULL" if table.name == "stock_move" else ""
    names = ", ".join(column.name for column in table.columns)
    return (
        f"WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n + 1 < {copies}), "  # noqa: S608
        f"every AS MATERIALIZED (SELECT * FROM {table.name}) "
        f"INSERT INTO {table.name} ({names}) SELECT {', '.join(values)} FROM copy CROSS JOIN every AS one {where}"
    )


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
        first = session.scalars(select(Purchase).order_by(Purchase.id).limit(1)).first()
        last = session.scalars(select(Purchase).order_by(Purchase.id.desc()).limit(1)).first()
        assert first is not None
        assert last is not None
        day = first.placed_at
        print(f"{session.scalar(select(func.count(Purchase.id)))} orders")
    asked: dict[str, Callable[[Session], object]] = {"the dashboard's counts": counts_by_filter}
    for name in (None, *OrderFilter):
        asked[f"list {name or 'all'}"] = partial(_found, OrderSearch(filter=name))
    searches = {"number": last.number, "name": "vries", "e-mail": "klant3@voorbeeld.nl", "postcode": last.postcode}
    searches |= {"name and postcode": f"vries {last.postcode}", "nothing": "vries 9999zz"}
    for what, words in searches.items():
        asked[f"search by {what}"] = partial(_found, OrderSearch(words))
    asked["search by name among those to pack"] = partial(_found, OrderSearch("vries", OrderFilter.TO_PACK))
    asked["the outbox's state"] = lambda session: outbox.waiting(session, day)
    for what, work in asked.items():
        print(f"{what}: {median_ms(read(work)):.1f} ms")
    month = month_of(day.year, day.month)
    print(f"journal of a month: {median_ms(read(lambda session: journal(session, month)), 3):.0f} ms")
    print(f"VAT of a month: {median_ms(read(lambda session: vat_of_period(session, month)), 3):.0f} ms")


_MEASURE = """
import resource, subprocess, sys, time
begun = time.perf_counter()
ended = subprocess.run(sys.argv[1:], check=False).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"orders check: {time.perf_counter() - begun:.1f} s, {used.ru_utime + used.ru_stime:.1f} s of processor, "
      f"{used.ru_maxrss // 1024} MB at most, ended with {ended}")
"""
"""A small process between: a child is counted with the memory of the process that it was forked from."""


def check(instance: Path) -> None:
    """Seconds and most memory of `shop orders check`, a process of its own."""
    command = [str(Path(sys.executable).with_name("shop")), "orders", "check"]
    subprocess.run([sys.executable, "-c", _MEASURE, *command], env=os.environ | environ_of(instance), check=True)


def environ_of(instance: Path) -> dict[str, str]:
    return {"SHOP_INSTANCE": str(instance), "SHOP_SECRET_KEY": "k" * 40}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="a folder that the store is made in, or found in")
    options = parser.parse_args(sys.argv[2:])
    with TemporaryDirectory() as passing:
        folder = options.keep or Path(passing)
        is_made = (folder / "orders.db").exists()
        app = shop_with(environ_of(folder))
        if not is_made:
            make_templates(app)
            copy_orders(app, options.orders)
            with services_of(app).orders.engine.connect() as connection:
                connection.execute(text("ANALYZE"))
        measure(app)
        services_of(app).dispose()
        check(folder)
