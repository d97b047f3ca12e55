"""The primary killed while shoppers order and pay: what was answered is there once, and pages answer in words."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from flask import Flask
from lxml import html
from msgspec.structs import replace
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.models import Product
from catalog.orders.checks import book_faults
from catalog.orders.models import Payment, PurchaseState
from shop.app import create_app
from shop.outbox.worker import do_due_jobs
from shop.settings import parse_url
from shop.web.database import prepare_catalogue
from shop.web.services import services_of
from tests.conftest import settings_in
from tests.postgresql import Server, servers
from tests.shop.ordering.shopper import CHECKOUT, DETAILS, Shopper, mails, main_text, product_id, purchases

SAFE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
SHOPPERS = 3
KILLS = 20 if os.environ.get("SHOP_NIGHTLY") else 1


@pytest.fixture
def primary() -> Iterator[Server]:
    with servers("orders") as (server,):
        server.make()
        server.start(**SAFE)
        yield server


class InsistentShopper(Shopper):
    """A shopper who sends each page again that says the shop is not available, by the form that it has for that."""

    def __init__(self, app: Flask, number: int) -> None:
        super().__init__(app)
        self.client.environ_base["REMOTE_ADDR"] = f"10.1.0.{number}"
        self.number, self.refused = number, 0
        self.product_id = str(product_id(app))
        self.ordered: list[str] = []
        self.paid: list[str] = []

    def insist(self, ask: Callable[[], TestResponse]) -> TestResponse:
        answer = ask()
        while answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            self.refused += 1
            assert "even niet bereikbaar" in main_text(answer), answer.text
            forms = html.fromstring(answer.text).xpath("//main//form[@method='post']")
            time.sleep(0.05)
            if forms:
                sent, address = dict(forms[0].form_values()), str(forms[0].get("action"))
                answer = self.client.post(address, data=sent)
            else:
                answer = ask()
        assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, answer.text
        return answer

    def shop(self, over: threading.Event) -> None:
        while not over.is_set():
            self.number += SHOPPERS
            self.order_one(f"klant{self.number}@voorbeeld.nl")

    def order_one(self, email: str) -> None:
        self.client.environ_base["REMOTE_ADDR"] = f"10.1.{self.number // 250}.{self.number % 250}"
        self.insist(lambda: self.client.post("/nl/winkelmand", data={"add": self.product_id}))
        page = self.insist(lambda: self.client.get(CHECKOUT["nl"]))
        values = {**DETAILS, "email": email}
        summary = self.insist(lambda: self.submit(page, "summary", **values))
        placed = self.insist(lambda: self.submit(summary, "order"))
        assert placed.status_code == HTTPStatus.SEE_OTHER, placed.text
        self.ordered.append(email)
        assert "Je winkelmand is leeg" in main_text(self.insist(lambda: self.client.get("/nl/winkelmand")))
        way = self.insist(lambda: self.client.get(placed.location))
        links = html.fromstring(way.text).xpath("//main//a[contains(@href, '/proefbetaling/')]/@href")
        if not links:
            return  # the provider shares the database; the worker asks it again
        trial = self.insist(lambda: self.client.get(links[0]))
        played = self.insist(lambda: self.client.post(links[0], data=self.token_of(trial) | {"play": "paid"}))
        if played.status_code == HTTPStatus.SEE_OTHER:
            self.paid.append(email)

    @staticmethod
    def token_of(page: TestResponse) -> dict[str, str]:
        return dict(html.fromstring(page.text).xpath("//main//form")[0].form_values())


@pytest.mark.long
@pytest.mark.exhaustive
def test_no_acknowledged_order_or_payment_is_lost_or_doubled(primary: Server, tmp_path: Path) -> None:
    settings = replace(settings_in(tmp_path), database_url=parse_url(primary.url()))
    prepare_catalogue(settings)
    app = create_app(settings)
    app.testing = False
    with Session(services_of(app).databases.writing) as session:
        session.execute(update(Product).values(stock=10_000))
        session.commit()
    shoppers, over = [InsistentShopper(app, number) for number in range(SHOPPERS)], threading.Event()
    threads = [threading.Thread(target=one.shop, args=[over]) for one in shoppers]
    for thread in threads:
        thread.start()
    for _kill in range(KILLS):
        before = sum(len(one.paid) for one in shoppers)
        while sum(len(one.paid) for one in shoppers) < before + 3 and any(thread.is_alive() for thread in threads):
            time.sleep(0.05)
        primary.kill()
        time.sleep(0.5)
        primary.start(**SAFE)
    over.set()
    for thread in threads:
        thread.join()

    assert sum(one.refused for one in shoppers), "the kills were met"
    for _round in range(60):
        try:
            do_due_jobs(app)
            break
        except SQLAlchemyError:
            time.sleep(0.1)
    stored = purchases(app)
    ordered = [email for one in shoppers for email in one.ordered]
    assert sorted(purchase.email for purchase in stored) == sorted(ordered), "each once, and no other"
    paid = {email for one in shoppers for email in one.paid}
    states = {purchase.email: purchase.state for purchase in stored}
    assert {states[email] for email in paid} == {PurchaseState.CONFIRMED}
    with services_of(app).orders.reading() as session:
        payments = session.scalars(select(Payment)).all()
        assert len(payments) == len(stored)
        assert all(payment.paid_cents in (0, payment.cents) for payment in payments)
        assert not list(book_faults(session))
    assert sorted(mail["To"] for mail in mails(app, "confirmation")) == sorted(paid)
    services_of(app).dispose()
