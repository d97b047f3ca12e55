"""A process that sells few packs in competition with others: it places, cancels, ships and receives, in any order.

It writes down what it is about to do and what was answered, so that whoever kills it knows what must be stored. Started
again it first repeats the order whose answer it did not live to see, as a browser does.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from random import SystemRandom

from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from catalog.orders.models import PaymentStatus, Purchase, PurchaseState
from catalog.orders.payments import PaymentSeen, cancel, purchase_for_update, see_payment
from catalog.orders.placing import find_placed, place
from catalog.orders.shipping import NotLeftToShipError, Parcel, ParcelLine, ship
from catalog.orders.states import ForbiddenArrowError
from catalog.orders.stock import Count, SoldOutError, StockChange, receive_packs
from catalog.orders.store import OrdersStore
from tests.catalog.orders.goods import NOW, goods, placing_of, quote_of

CHANCE = SystemRandom()
JARS = range(1, 6)
FIRST, MORE = 30, 10
"""Packs of each product that the catalogue counts, and that come in when somebody finds one sold out."""
_OPEN = (PurchaseState.PLACED, PurchaseState.CONFIRMED)


class Seller:
    """The steps of one process; `diary` has a line for each."""

    def __init__(self, url: str, diary: Path) -> None:
        self.store = OrdersStore(make_url(url))
        self.diary = os.open(diary, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        lines = diary.read_text().splitlines()
        begun, answered = ({line.split()[1] for line in lines if line.startswith(word)} for word in ("place", "placed"))
        self.unanswered = sorted(begun - answered)

    def note(self, *words: object) -> None:
        os.write(self.diary, (" ".join(map(str, words)) + "\n").encode())

    def place(self, key: str) -> None:
        jars = {jar: CHANCE.randint(1, 3) for jar in CHANCE.sample(JARS, 2)}
        quote = quote_of(*((goods(jar, stock=FIRST), packs) for jar, packs in jars.items()))
        self.note("place", key)
        try:
            with self.store.writing() as session:
                wanted = placing_of(quote, key=key, email=f"{key}@voorbeeld.nl")
                made = find_placed(session, key) or place(session, wanted, NOW)
        except SoldOutError as error:
            self.note("placed", key, "sold-out")
            self.receive(CHANCE.choice(list(error.left)))
        else:
            self.note("placed", key, made.purchase.number)

    def receive(self, jar: int) -> None:
        key = secrets.token_hex(8)
        with self.store.writing() as session:
            receive_packs(session, Count.of(goods(jar, stock=FIRST)), MORE, StockChange(key, "packer", "L1"), NOW)
        self.note("received", key)

    def change(self, what: str, step: Callable[[Session, Purchase], object]) -> None:
        """Take a step with an order that is open, whoever placed it."""
        with self.store.reading() as session:
            newest = select(Purchase.id).where(Purchase.state.in_(_OPEN)).order_by(Purchase.id.desc()).limit(20)
            ids = session.scalars(newest).all()
        if not ids:
            return
        try:
            with self.store.writing() as session:
                purchase = purchase_for_update(session, CHANCE.choice(ids))
                step(session, purchase)
        except (ForbiddenArrowError, NotLeftToShipError):
            return
        self.note(what, purchase.number)

    def pay_and_ship(self, session: Session, purchase: Purchase) -> None:
        payment = purchase.payments[0]
        seen = PaymentSeen(f"tr_{payment.id}", PaymentStatus.PAID, payment.cents, payment.cents)
        see_payment(session, payment.id, seen, (), NOW)
        lines = [ParcelLine(line.position, CHANCE.randint(1, line.quantity), "L1") for line in purchase.lines]
        ship(session, purchase, Parcel(secrets.token_hex(8), lines), NOW, who="packer")

    def work(self) -> None:
        for key in self.unanswered:
            self.place(key)
        while True:
            step = CHANCE.random()
            if step < 0.6:
                self.place(secrets.token_hex(8))
            elif step < 0.8:
                self.change("cancelled", lambda session, order: cancel(session, order, NOW, who="shopper"))
            else:
                self.change("shipped", self.pay_and_ship)


def sell(url: str, diary: Path) -> None:
    """Sell until killed."""
    Seller(url, diary).work()
