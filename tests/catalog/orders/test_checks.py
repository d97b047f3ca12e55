"""The books, corrupted on purpose: the check names the order, the product or the series."""

from contextlib import suppress
from enum import StrEnum
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import and_, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalog.models import table_of
from catalog.orders.checks import book_faults
from catalog.orders.models import (
    Document,
    DocumentVat,
    GoodsReturnLine,
    MoneyMove,
    OrdersBase,
    Payment,
    PaymentStatus,
    Purchase,
    PurchaseLine,
    PurchaseVat,
    Refund,
    Shipment,
    ShipmentLine,
    StockLevel,
    StockMove,
)
from catalog.orders.payments import PaymentSeen, see_payment
from catalog.orders.returns import ReturnedLine, decide, receive
from catalog.orders.shipping import Parcel, ParcelLine, ship
from catalog.orders.store import OrdersStore
from catalog.orders.withdrawal import Statement, WithdrawnLine, withdraw
from shop.web.services import services_of
from tests.bench.order_store import make_templates
from tests.catalog.orders.goods import NOW, goods, placed, placing_of, quote_of


@pytest.fixture
def number(store: OrdersStore) -> str:
    """The number of a paid order."""
    made = placed(store, placing_of(quote_of((goods(1), 2), (goods(2, cents=595), 1))))
    assert made.payment is not None
    cents = made.payment.cents
    with store.writing() as session:
        see_payment(session, made.payment.id, PaymentSeen("tr_1", PaymentStatus.PAID, cents, cents), (), NOW)
    return made.purchase.number


def test_sound_books_have_no_fault(store: OrdersStore, number: str) -> None:
    with store.reading() as session:
        assert not list(book_faults(session)), number


@pytest.mark.parametrize(
    ("model", "change", "where"),
    [
        (StockLevel, {"on_hand": StockLevel.on_hand + 1}, "product 1"),
        (StockMove, {"by_reserved": StockMove.by_reserved + 1}, "product 1"),
        (PurchaseVat, {"vat_cents": PurchaseVat.vat_cents + 1, "net_cents": PurchaseVat.net_cents - 1}, "number"),
        (PurchaseLine, {"vat_cents": PurchaseLine.vat_cents + 1}, "number"),
        (PurchaseLine, {"quantity": 1, "line_cents": PurchaseLine.unit_cents}, "number"),
        (PurchaseLine, {"shipped": 1}, "number"),
        (Payment, {"refund_claimed_cents": 1}, "number"),
        (Payment, {"paid_cents": Payment.paid_cents + 1}, "number"),
        (Purchase, {"lines_cents": Purchase.lines_cents + 1, "total_cents": Purchase.total_cents + 1}, "number"),
    ],
)
def test_a_corrupted_sum_is_named(
    model: type[OrdersBase], change: dict[str, Any], where: str, store: OrdersStore, number: str
) -> None:
    with store.writing() as session:
        session.execute(update(model).values(change))
    with store.reading() as session:
        assert (number if where == "number" else where) in {fault.where for fault in book_faults(session)}


@pytest.fixture
def returned_number(store: OrdersStore, number: str) -> str:
    """The number of that order once it was sent, withdrawn from in part, and a pack was paid back and written off."""
    with store.writing() as session:
        purchase = session.scalars(select(Purchase)).one()
        ship(session, purchase, Parcel("s", [ParcelLine(1, 2, "L"), ParcelLine(2, 1, "M")]), NOW, who="packer")
        withdraw(session, purchase, Statement("w", "Jo", "jo@voorbeeld.nl", (WithdrawnLine(1, 2),)), NOW)
        receive(session, purchase, [ReturnedLine(1, 1, 1, 1)], NOW, key="r", who="packer")
        decide(session, purchase, {1: 1}, {1: 2}, NOW, who="owner")
    return number


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (PurchaseLine, {"returned": PurchaseLine.returned + 1}),
        (PurchaseLine, {"credited": PurchaseLine.credited + 1}),
        (PurchaseLine, {"refused": PurchaseLine.refused + 1}),
        (PurchaseLine, {"withdrawn": 1}),
        (GoodsReturnLine, {"sealed": GoodsReturnLine.sealed + 1}),
        (GoodsReturnLine, {"restocked": 0}),
        (Purchase, {"goodwill_cents": 1}),
        (MoneyMove, {"cents": MoneyMove.cents - 1}),
    ],
)
def test_a_corrupted_return_is_named(
    model: type[OrdersBase], change: dict[str, Any], store: OrdersStore, returned_number: str
) -> None:
    with store.reading() as session:
        assert not list(book_faults(session))
    with store.writing() as session:
        session.execute(update(model).values(change))
    with store.reading() as session:
        assert returned_number in {fault.where for fault in book_faults(session)}


def test_a_gap_in_the_numbers_of_documents_is_named(store: OrdersStore) -> None:
    with store.writing() as session:
        session.execute(text("INSERT INTO number_series (name, last) VALUES ('F2026', 3)"))
    with store.reading() as session:
        assert [fault.where for fault in book_faults(session)] == ["F2026"]


SUMS: list[tuple[type[OrdersBase], str]] = [
    *((PurchaseLine, name) for name in ("vat_cents", "shipped", "returned", "credited", "refused", "withdrawn")),
    *((Purchase, name) for name in ("goodwill_cents", "delivery_cents", "state")),
    *((PurchaseVat, name) for name in ("net_cents", "gross_cents", "percent")),
    *((Payment, name) for name in ("paid_cents", "refund_claimed_cents", "charged_back_cents", "purchase_id")),
    *((Refund, name) for name in ("cents", "status", "payment_id", "purchase_id")),
    *((MoneyMove, name) for name in ("cents", "kind", "payment_id", "refund_id", "purchase_id")),
    *((StockMove, name) for name in ("by_on_hand", "by_reserved", "kind", "product_id", "purchase_id")),
    *((GoodsReturnLine, name) for name in ("sealed", "opened", "restocked", "position")),
    *((ShipmentLine, name) for name in ("quantity", "position")),
    *((Shipment, name) for name in ("purchase_id", "undone_at")),
    *((Document, name) for name in ("sha256", "kind", "purchase_id")),
    *((DocumentVat, name) for name in ("net_cents", "vat_cents", "percent")),
]
"""Columns that a sum of the books depends on."""


def corrupted(name: str, value: object, turn: int) -> object:
    """Another value of the same kind."""
    if value is None:
        return NOW if name.endswith("_at") else 1
    if isinstance(value, int):
        return value + (1, -1, 2)[turn % 3]
    if isinstance(value, StrEnum):
        kinds = list(type(value))
        return kinds[(kinds.index(value) + 1 + turn) % len(kinds)]
    return value[::-1] if isinstance(value, str) else None


@pytest.mark.parametrize("turn", [0])
def test_orders_that_are_no_suspects_have_no_fault_whatever_is_corrupted(own_app: Flask, turn: int) -> None:
    """Each column in turn, in a row of each order: the quick proof names what the proof of every order names."""
    shared = services_of(own_app)
    make_templates(own_app, 10)
    for place, (model, name) in enumerate(SUMS):
        table = table_of(model)
        with shared.orders.engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            if connection.dialect.name == "sqlite":  # outside a transaction, so that any value can be written
                raw.execute("PRAGMA foreign_keys=OFF")
                raw.execute("PRAGMA ignore_check_constraints=ON")
            with connection.begin(), Session(connection, join_transaction_mode="create_savepoint") as session:
                rows = session.execute(select(table)).mappings().all()
                row = rows[(place * 7 + turn * 3) % len(rows)]
                own = and_(*(column == row[column.name] for column in table.primary_key))
                with suppress(IntegrityError):
                    session.execute(update(table).where(own).values({name: corrupted(name, row[name], turn)}))
                    quick = set(book_faults(session))
                    session.expire_all()
                    assert quick == set(book_faults(session, every=True)), (model.__name__, name, dict(row))
                session.rollback()
            connection.invalidate()
