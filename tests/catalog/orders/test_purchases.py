"""Purchases under any sequence of events: after every step the sums agree to the cent, and no pack is sold twice."""

import os
import shutil
import tempfile
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from sqlalchemy import func, select, text

from catalog.models import Product
from catalog.orders.checks import book_faults
from catalog.orders.models import (
    TRANSFER,
    Job,
    MoveKind,
    OrdersBase,
    Payment,
    PaymentMethod,
    PaymentStatus,
    Purchase,
    PurchaseState,
    Recall,
    RecallDecision,
    Refund,
    RefundStatus,
    Shipment,
    StockLevel,
    StockMove,
)
from catalog.orders.payments import (
    CannotUndoError,
    PaymentSeen,
    TooMuchRefundedError,
    Transfer,
    cancel,
    expire,
    is_ready_to_expire,
    note_sent_refund,
    purchase_for_update,
    refund_amount,
    see_payment,
    see_refund,
    take_transfer,
    undo_transfer,
)
from catalog.orders.placing import TooManyUnpaidError, new_payment
from catalog.orders.recall import RecalledLotError, RecallText, begin_recall, decide_recall, products_of_lot
from catalog.orders.receipts import CountedSinceError, Receipt, ReceiptUsedError, correct_receipt, undo_receipt
from catalog.orders.returns import NotExpectedError, NotPendingError, ReturnedLine, decide, receive, undecided_packs
from catalog.orders.shipping import (
    NotLeftToShipError,
    Parcel,
    ParcelLine,
    correct_lot,
    deliver,
    ship,
    undo_delivery,
    undo_shipment,
)
from catalog.orders.states import ARROWS, Arrow, ForbiddenArrowError, take
from catalog.orders.stock import (
    Count,
    NotThereError,
    SoldOutError,
    StockChange,
    count_packs,
    receive_packs,
    write_off,
)
from catalog.orders.store import OrdersStore
from catalog.orders.withdrawal import NothingLeftError, Statement, WithdrawnLine, is_open, withdraw
from tests import databases
from tests.catalog.orders.conftest import new_store_url
from tests.catalog.orders.goods import NOW, goods, placed, placing_of, purchase_in, quote_of

PRODUCTS = [goods(number, stock=6, cents=cents) for number, cents in ((1, 595), (2, 1299), (3, 1))]
COUNTS = [Count.of(product) for product in PRODUCTS]


FOLDER = Path(tempfile.gettempdir(), f"purchases-{os.getpid()}")


@cache
def shared_store() -> OrdersStore:
    """One store for all examples: to make one takes as long as twenty steps."""
    FOLDER.mkdir()
    store = OrdersStore(new_store_url(FOLDER))
    store.migrate()
    return store


def empty_store() -> OrdersStore:
    """The store without any row of people or stock, its ids from 1 again, so that an example repeats itself exactly."""
    store = shared_store()
    tables = [table for table in OrdersBase.metadata.sorted_tables if table.name != "delivery_rate"]
    with store.writing() as session:
        if databases.ON_POSTGRESQL:
            names = ", ".join(table.name for table in tables)
            session.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        else:
            for table in reversed(tables):
                session.execute(table.delete())
    return store


class Purchases(RuleBasedStateMachine):
    """Orders placed, paid early, late, twice and in part, ended, withdrawn from, returned, in any order."""

    orders = Bundle("orders")

    @initialize()
    def open_store(self) -> None:
        self.store = empty_store()
        self.now: datetime = NOW
        self.number = self.shipped = self.restocked = self.added = 0

    @rule(
        target=orders,
        packs=st.lists(st.tuples(st.sampled_from(PRODUCTS), st.integers(1, 4)), min_size=1, max_size=3, unique_by=id),
        method=st.sampled_from(PaymentMethod),
    )
    def place(self, packs: list[tuple[Product, int]], method: PaymentMethod) -> Any:
        self.number += 1
        lines = {product.id: (product, quantity) for product, quantity in packs}
        quote = quote_of(*lines.values())
        try:
            made = placed(self.store, placing_of(quote, method, email=f"k{self.number}@voorbeeld.nl"), self.now)
        except (SoldOutError, TooManyUnpaidError):
            return multiple()
        return made.purchase.id

    @rule(minutes=st.integers(1, 60))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(
        order=orders,
        status=st.sampled_from([None, *PaymentStatus]),
        share=st.sampled_from([0, 1, 2]),
        attempt=st.integers(0, 2),
        back=st.sampled_from([0, 0, 0, 1, 2]),
    )
    def report(self, order: int, status: PaymentStatus | None, share: int, attempt: int, back: int) -> None:
        with self.store.reading() as session:
            ids = list(session.scalars(select(Payment.id).where(Payment.purchase_id == order).order_by(Payment.id)))
            if not ids:
                return
            payment = session.get_one(Payment, ids[attempt % len(ids)])
        paid = payment.cents * share // 2 if status is PaymentStatus.PAID else 0
        seen = PaymentSeen(f"tr_{payment.id}", status, payment.cents, paid, charged_back_cents=paid * back // 2)
        with self.store.writing() as session:
            see_payment(session, payment.id, seen, COUNTS, self.now)

    @rule(order=orders)
    def pay_again(self, order: int) -> None:
        with self.store.writing() as session:
            purchase = purchase_for_update(session, order)
            if purchase.method is PaymentMethod.ONLINE and purchase.state is PurchaseState.PLACED:
                new_payment(session, purchase, "trial", self.now)

    @rule(order=orders)
    def sweep(self, order: int) -> None:
        with self.store.writing() as session:
            purchase = purchase_for_update(session, order)
            if is_ready_to_expire(purchase, self.now):
                expire(session, purchase, self.now)

    @rule(order=orders)
    def cancel(self, order: int) -> None:
        before = purchase_in(self.store, order).state
        try:
            with self.store.writing() as session:
                cancel(session, purchase_for_update(session, order), self.now, who="shopper")
        except ForbiddenArrowError:
            assert purchase_in(self.store, order).state is before

    @rule(order=orders, packs=st.lists(st.integers(0, 3), min_size=3, max_size=3), twice=st.booleans())
    def ship(self, order: int, packs: list[int], twice: bool) -> None:
        before = purchase_in(self.store, order)
        lines = [ParcelLine(place + 1, number, f"L{place}") for place, number in enumerate(packs) if number]
        self.number += 1
        try:
            for _again in range(1 + twice):
                with self.store.writing() as session:
                    purchase = purchase_for_update(session, order)
                    ship(session, purchase, Parcel(f"key {self.number}", lines), self.now, who="packer")
        except (ForbiddenArrowError, NotLeftToShipError, RecalledLotError):
            assert purchase_in(self.store, order).lines[0].shipped == before.lines[0].shipped
        else:
            self.shipped += sum(packs)

    @rule(order=orders)
    def deliver(self, order: int) -> None:
        with self.store.writing() as session:
            purchase = purchase_for_update(session, order)
            for shipment in purchase.shipments:
                deliver(session, purchase, shipment, self.now, who="packer")

    @rule(order=orders, parcel=st.integers(0, 2), came_back=st.booleans(), arrival_first=st.booleans())
    def undo_parcel(self, order: int, parcel: int, came_back: bool, arrival_first: bool) -> None:
        before = purchase_in(self.store, order)
        try:
            for _twice in range(2):
                with self.store.writing() as session:
                    purchase = purchase_for_update(session, order)
                    every = session.scalars(select(Shipment).where(Shipment.purchase_id == order)).all()
                    if not every:
                        return
                    chosen = every[parcel % len(every)]
                    live = chosen.undone_at is None
                    if arrival_first and live:
                        undo_delivery(session, purchase, chosen, self.now, who="packer")
                    undo_shipment(session, purchase, chosen, self.now, who="packer", came_back=came_back)
                    if live:
                        undone = sum(line.quantity for line in chosen.lines)
                if live:
                    self.shipped -= undone
        except (CannotUndoError, ForbiddenArrowError):
            after = purchase_in(self.store, order)
            assert [line.shipped for line in after.lines] == [line.shipped for line in before.lines]

    @rule(order=orders, parcel=st.integers(0, 2), place=st.integers(0, 2), lot=st.sampled_from(["L0", "L1", "L2"]))
    def correct_lot(self, order: int, parcel: int, place: int, lot: str) -> None:
        with self.store.writing() as session:
            purchase = purchase_for_update(session, order)
            if not purchase.shipments:
                return
            chosen = purchase.shipments[parcel % len(purchase.shipments)]
            position = chosen.lines[place % len(chosen.lines)].position
            correct_lot(session, purchase, chosen, ParcelLine(position, 0, lot), self.now, who="packer")

    @rule(order=orders, number=st.integers(0, 2))
    def undo_transfer(self, order: int, number: int) -> None:
        with self.store.reading() as session:
            own = select(Payment.id).where(Payment.purchase_id == order, Payment.provider == TRANSFER)
            ids = session.scalars(own.order_by(Payment.id)).all()
        try:
            for _twice in range(2 if ids else 0):
                with self.store.writing() as session:
                    purchase = purchase_for_update(session, order)
                    undo_transfer(session, purchase, ids[number % len(ids)], self.now, who="bookkeeper")
        except CannotUndoError:
            return

    @rule(decision=st.sampled_from(RecallDecision))
    def decide_recall(self, decision: RecallDecision) -> None:
        with self.store.writing() as session:
            for recall in session.scalars(select(Recall).order_by(Recall.id)):
                decide_recall(session, recall, decision, self.now, who="owner")

    @rule(order=orders, cents=st.integers(1, 3000), twice=st.booleans())
    def refund(self, order: int, cents: int, twice: bool) -> None:
        self.number += 1
        try:
            for _again in range(1 + twice):
                with self.store.writing() as session:
                    purchase = purchase_for_update(session, order)
                    key = f"key {self.number}"
                    refund_amount(session, purchase, cents, self.now, reason="goodwill", who="owner", key=key)
        except TooMuchRefundedError:
            pass

    @rule(order=orders, packs=st.lists(st.integers(0, 3), min_size=3, max_size=3))
    def withdraw(self, order: int, packs: list[int]) -> None:
        purchase = purchase_in(self.store, order)
        if not is_open(purchase, self.now):
            return
        lines = tuple(WithdrawnLine(place + 1, number) for place, number in enumerate(packs) if number)
        self.number += 1
        statement = Statement(f"key {self.number}", "Jo", "jo@voorbeeld.nl", lines)
        try:
            for _twice in range(2):
                with self.store.writing() as session:
                    withdraw(session, purchase_for_update(session, order), statement, self.now)
        except NothingLeftError:
            assert purchase_in(self.store, order).lines[0].withdrawn == purchase.lines[0].withdrawn

    @rule(order=orders, packs=st.lists(st.tuples(*[st.integers(0, 2)] * 3), min_size=3, max_size=3))
    def receive(self, order: int, packs: list[tuple[int, int, int]]) -> None:
        before = [line.returned for line in purchase_in(self.store, order).lines]
        lines = [
            ReturnedLine(place + 1, *three, f"L{place}") for place, three in enumerate(packs) if three[0] + three[1]
        ]
        self.number += 1
        try:
            for _twice in range(2):
                with self.store.writing() as session:
                    purchase = purchase_for_update(session, order)
                    receive(session, purchase, lines, self.now, key=f"key {self.number}", who="packer")
        except (NotExpectedError, RecalledLotError):
            assert [line.returned for line in purchase_in(self.store, order).lines] == before
        else:
            self.restocked += sum(line.restocked for line in lines)

    @rule(order=orders, credited=st.lists(st.integers(0, 2), min_size=3, max_size=3))
    def decide(self, order: int, credited: list[int]) -> None:
        waiting = undecided_packs(purchase_in(self.store, order))
        chosen = {place: min(credited[place - 1], packs) for place, packs in waiting.items()}
        for again in range(2):
            try:
                with self.store.writing() as session:
                    decide(session, purchase_for_update(session, order), chosen, waiting, self.now, who="owner")
            except NotPendingError:
                assert again or not waiting

    @rule(order=orders, share=st.sampled_from([1, 2, 3]), twice=st.booleans())
    def transfer(self, order: int, share: int, twice: bool) -> None:
        self.number += 1
        if purchase_in(self.store, order).state is PurchaseState.PLACED:
            return
        sent = Transfer(f"key {self.number}", share * 1000, self.now.date(), "statement")
        for _again in range(1 + twice):
            with self.store.writing() as session:
                take_transfer(session, purchase_for_update(session, order), sent, COUNTS, self.now, who="bookkeeper")

    @rule(place=st.integers(0, 2), product=st.sampled_from(PRODUCTS))
    def recall(self, place: int, product: Product) -> None:
        self.number += 1
        with self.store.reading() as session:
            found = {one.product_id: one for one in products_of_lot(session, f"L{place}")}.get(product.id)
            query = select(func.sum(StockMove.by_on_hand)).where(StockMove.kind == MoveKind.SOLD)
            sold = session.scalar(query.where(StockMove.product_id == product.id, StockMove.lot == f"L{place}"))
            jobs = session.scalar(select(func.count()).where(Job.kind == "mail_recall")) or 0
        assert (found.packs if found else 0) == -(sold or 0)
        if found is None:
            return
        text = RecallText("Neem het niet.", "Do not take it.")
        for _twice in range(2):
            with self.store.writing() as session:
                begin_recall(session, f"L{place}", found, text, self.now, key=f"key {self.number}", who="owner")
        with self.store.reading() as session:
            after = session.scalar(select(func.count()).where(Job.kind == "mail_recall")) or 0
        assert after - jobs == found.orders == found.reachable

    @rule(
        product=st.sampled_from(PRODUCTS),
        what=st.sampled_from(["count", "receive", "write off"]),
        packs=st.integers(0, 8),
        lot=st.sampled_from(["L0", "L1", "L2"]),
    )
    def change_stock(self, product: Product, what: str, packs: int, lot: str) -> None:
        self.number += 1
        change, do = StockChange(f"key {self.number}", "packer", lot), {"count": count_packs, "receive": receive_packs}
        with self.store.reading() as session:
            known = session.get(StockLevel, product.id)
        before = known.found if known else 6
        try:
            for _twice in range(2):
                with self.store.writing() as session:
                    level = do.get(what, write_off)(session, Count.of(product), packs, change, self.now)
        except NotThereError:
            assert packs > before
            return
        assert level.found == {"count": packs, "receive": before + packs, "write off": before - packs}[what]
        assert level.short == max(0, level.reserved - level.found)
        self.added += level.found - before

    @rule(number=st.integers(0, 5), lot=st.sampled_from([None, "L0", "L1", "L2"]))
    def change_receipt(self, number: int, lot: str | None) -> None:
        """Undo a receipt, or give it another lot."""
        with self.store.reading() as session:
            received = select(StockMove).where(StockMove.kind == MoveKind.RECEIVED, StockMove.by_on_hand > 0)
            moves = session.scalars(received.order_by(StockMove.id)).all()
        if not moves:
            return
        move = moves[number % len(moves)]
        receipt = Receipt(move.id, Count.of(PRODUCTS[move.product_id - 1]))
        try:
            for _twice in range(2):
                with self.store.writing() as session:
                    if lot is not None:
                        correct_receipt(session, receipt, lot, self.now, who="packer")
                    elif undo_receipt(session, receipt, self.now, who="packer"):
                        self.added -= move.by_on_hand
        except (ReceiptUsedError, CountedSinceError):
            return

    @rule(order=orders, refund=st.integers(0, 2), status=st.sampled_from(RefundStatus))
    def report_refund(self, order: int, refund: int, status: RefundStatus) -> None:
        with self.store.writing() as session:
            refunds = list(session.scalars(select(Refund).where(Refund.purchase_id == order).order_by(Refund.id)))
            if not refunds:
                return
            chosen = refunds[refund % len(refunds)]
            by_hand = session.get_one(Payment, chosen.payment_id).provider == TRANSFER
            note_sent_refund(session, chosen.id, None if by_hand else f"re_{chosen.id}", self.now, who="shop")
            see_refund(session, chosen.id, RefundStatus.REFUNDED if status is RefundStatus.REFUNDED else None, self.now)

    @invariant()
    def sums_agree(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.reading() as session:
            assert not list(book_faults(session))
            levels = session.scalars(select(StockLevel)).all()
            assert all(0 <= level.reserved <= level.on_hand for level in levels)
            recalled = select(func.coalesce(func.sum(StockMove.by_on_hand), 0)).where(
                StockMove.reason == "recall", StockMove.kind.in_([MoveKind.HELD, MoveKind.WRITTEN_OFF])
            )
            gone = -(session.scalar(recalled) or 0)
            assert sum(6 - level.found for level in levels) == self.shipped - self.restocked - self.added + gone
            held = session.scalars(select(Recall).where(Recall.decided_at.is_(None))).all()
            assert sum(one.held for one in held) == -(
                session.scalar(select(func.sum(StockMove.by_on_hand)).where(StockMove.kind == MoveKind.HELD)) or 0
            )


NIGHTLY = bool(os.environ.get("SHOP_NIGHTLY"))
Purchases.TestCase.settings = settings(
    max_examples=200 if NIGHTLY else 5 if databases.ON_POSTGRESQL else 20,
    stateful_step_count=50 if NIGHTLY else 40,
    deadline=None,
)


@pytest.mark.database
class TestPurchasesInAnyOrder(Purchases.TestCase):  # type: ignore[misc, valid-type] # made by hypothesis
    """Any sequence of events keeps all sums equal."""

    @classmethod
    def tearDownClass(cls) -> None:
        store = shared_store()
        store.dispose()
        databases.drop(store.engine.url)
        shutil.rmtree(FOLDER)
        shared_store.cache_clear()


def test_reports_in_any_order_and_number_give_one_end_state(store: OrdersStore) -> None:
    ends = set()
    reports: list[PaymentStatus | None] = [
        PaymentStatus.OPEN,
        PaymentStatus.PENDING,
        PaymentStatus.PAID,
        PaymentStatus.EXPIRED,
        None,
    ]
    orders: list[list[PaymentStatus | None]] = [
        reports,
        reports[::-1],
        reports * 3,
        [PaymentStatus.PAID],
        reports[2:] + reports,
    ]
    for number, order in enumerate(orders):
        made = placed(store, placing_of(quote_of((goods(9, stock=99), 1)), email=f"{number}@voorbeeld.nl"))
        assert made.payment is not None
        for status in order:
            cents = made.payment.cents
            seen = PaymentSeen(f"tr_{made.payment.id}", status, cents, cents if status is PaymentStatus.PAID else 0)
            with store.writing() as session:
                see_payment(session, made.payment.id, seen, (), NOW)
        found = purchase_in(store, made.purchase.id)
        with store.reading() as session:
            jobs = session.scalars(select(Job.kind).where(Job.row_id == found.id, Job.kind == "issue_invoice")).all()
        ends.add((found.state, found.payments[0].status, found.payments[0].paid_cents, len(jobs)))
    assert ends == {(PurchaseState.CONFIRMED, PaymentStatus.PAID, 1695, 1)}


def test_a_report_on_another_payment_or_amount_changes_nothing(store: OrdersStore) -> None:
    made = placed(store, placing_of(quote_of((goods(1), 1))))
    assert made.payment is not None
    with store.writing() as session:
        see_payment(session, made.payment.id, PaymentSeen("tr_mine", PaymentStatus.OPEN, made.payment.cents), (), NOW)
    for seen in (
        PaymentSeen("tr_other", PaymentStatus.PAID, made.payment.cents, made.payment.cents),
        PaymentSeen("tr_mine", PaymentStatus.PAID, 1, 1),
    ):
        with store.writing() as session:
            see_payment(session, made.payment.id, seen, (), NOW)
    assert purchase_in(store, made.purchase.id).state is PurchaseState.PLACED


def test_a_payment_that_comes_too_late_is_honoured_while_the_packs_are_there_and_refunded_when_not(
    store: OrdersStore,
) -> None:
    jar = goods(1, stock=1)
    late = NOW + timedelta(hours=2)
    for taken_by_another in (False, True):
        made = placed(store, placing_of(quote_of((jar, 1)), email=f"{taken_by_another}@voorbeeld.nl"))
        assert made.payment is not None
        with store.writing() as session:
            expire(session, purchase_for_update(session, made.purchase.id), late)
        if taken_by_another:
            placed(store, placing_of(quote_of((jar, 1)), email="ander@voorbeeld.nl"), late)
        cents = made.payment.cents
        with store.writing() as session:
            seen = PaymentSeen(f"tr_{made.payment.id}", PaymentStatus.PAID, cents, cents)
            see_payment(session, made.payment.id, seen, [Count.of(jar)], late)
        found = purchase_in(store, made.purchase.id)
        if taken_by_another:
            assert (found.state, found.payments[0].refund_claimed_cents) == (PurchaseState.EXPIRED, cents)
        else:
            assert (found.state, found.payments[0].refund_claimed_cents) == (PurchaseState.CONFIRMED, 0)
            with store.writing() as session:
                cancel(session, purchase_for_update(session, found.id), late, who="shopper")


def test_every_step_outside_the_table_is_refused_and_changes_nothing(store: OrdersStore) -> None:
    for state in PurchaseState:
        for arrow in Arrow:
            with store.writing() as session:
                purchase = Purchase(id=1, state=state)
                if (state, arrow) in ARROWS:
                    take(session, purchase, arrow, NOW)
                    assert purchase.state is ARROWS[state, arrow]
                else:
                    with pytest.raises(ForbiddenArrowError):
                        take(session, purchase, arrow, NOW)
                    assert purchase.state is state
                session.expunge_all()


def test_a_fourth_unpaid_order_of_one_address_is_refused(store: OrdersStore) -> None:
    jar = goods(1)
    for _order in range(3):
        placed(store, placing_of(quote_of((jar, 1))))
    with pytest.raises(TooManyUnpaidError):
        placed(store, placing_of(quote_of((jar, 1))))
    assert placed(store, placing_of(quote_of((jar, 1)), email="ander@voorbeeld.nl"))
