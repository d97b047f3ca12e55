"""The worker: killed at any point, or with a mail server that is away, it loses nothing and doubles nothing."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from filelock import FileLock
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from catalog.models import Product
from catalog.orders import outbox
from catalog.orders.models import Job, Payment, PaymentStatus, PurchaseState, Refund, RefundStatus, TrialPayment
from catalog.orders.payments import PaymentRefusedError, PaymentSeen, overdue_purchases
from catalog.orders.stock import Count
from shop.app import create_app
from shop.cli.serve import work_in_background
from shop.outbox.handlers import handle
from shop.outbox.worker import sweep, work
from shop.payments.providers import provider_named
from shop.payments.trial import TrialProvider
from shop.settings import Smtp, SmtpSecurity
from shop.web.order_links import order_token
from shop.web.services import services_of
from tests import databases
from tests.conftest import TEST_KEY, settings_in
from tests.shop.ordering.shopper import Shopper, mails, purchases

SHOP = str(Path(sys.executable).with_name("shop"))


def jobs(app: Flask) -> dict[str, Job]:
    with services_of(app).orders.reading() as session:
        found = {job.key: job for job in session.scalars(select(Job))}
        session.expunge_all()
    return found


class Inbox(Message):
    """Messages that a mail server took, by their Message-ID."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[str] = []

    def handle_message(self, message: object) -> None:
        self.taken.append(str(message["Message-ID"]))  # type: ignore[index] # a message is a mapping


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def test_a_mail_server_that_is_away_delays_the_mail_and_loses_none(own_app: Flask) -> None:
    port, shared = free_port(), services_of(own_app)
    smtp = Smtp("127.0.0.1", port, SmtpSecurity.NONE, sender="winkel@voorbeeld.nl")
    shared.settings = msgspec.structs.replace(shared.settings, smtp=smtp)
    shopper = Shopper(own_app)
    shopper.add()
    shopper.order()
    shopper.work()
    (receipt,) = (job for job in jobs(own_app).values() if job.kind == "mail_receipt")
    assert receipt.done_at is None
    assert receipt.error == "ConnectionRefusedError", "the type alone: a message may name a person"
    inbox = Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        later = shared.clock() + timedelta(seconds=30)
        shared.clock = lambda: later
        shopper.work()
    finally:
        server.stop()
    assert len(inbox.taken) == 1
    assert purchases(own_app)[0].number in inbox.taken[0]


def test_a_job_that_a_killed_worker_left_is_done_again_after_its_claim(own_app: Flask) -> None:
    shopper, shared = Shopper(own_app), services_of(own_app)
    shopper.add()
    shopper.order()
    with shared.orders.writing() as session:
        claimed = outbox.claim(session, shared.clock())  # and then the worker dies
    assert claimed is not None
    shopper.work()
    assert jobs(own_app)[claimed.key].done_at is None
    later = shared.clock() + outbox.CLAIM + timedelta(seconds=1)
    shared.clock = lambda: later
    shopper.work()
    assert jobs(own_app)[claimed.key].done_at is not None
    assert len(mails(own_app, "receipt")) == 1


def test_a_job_that_always_fails_is_given_up_and_named_for_who_looks_after_the_shop(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.outbox.handlers.letters.receipt", lambda _purchase: 1 / 0)
    shopper, shared = Shopper(own_app), services_of(own_app)
    shopper.add()
    shopper.order()
    start = shared.clock()
    for attempt in range(outbox.MOST_ATTEMPTS):
        moment = start + timedelta(hours=7 * attempt)
        shared.clock = lambda moment=moment: moment  # type: ignore[misc] # its default
        shopper.work()
    (receipt,) = (job for job in jobs(own_app).values() if job.kind == "mail_receipt")
    assert receipt.failed_at is not None
    ready = own_app.test_client().get("/readyz")
    assert ready.status_code == HTTPStatus.OK
    assert "1 failed; jobs are overdue or given up" in ready.text


def test_a_payment_that_cannot_be_asked_about_holds_no_other_order_up(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = services_of(own_app)
    for _order in range(2):
        shopper = Shopper(own_app)
        shopper.add()
        shopper.order()
    first, second = purchases(own_app)
    whole = TrialProvider.get

    def get(provider: TrialProvider, provider_id: str) -> PaymentSeen:
        if provider_id == first.payments[0].provider_id:
            raise ValueError("an answer in another form")
        return whole(provider, provider_id)

    monkeypatch.setattr(TrialProvider, "get", get)
    later = shared.clock() + timedelta(hours=1)
    shared.clock = lambda: later
    sweep(own_app)
    states = {purchase.id: purchase.state for purchase in purchases(own_app)}
    assert states == {first.id: PurchaseState.PLACED, second.id: PurchaseState.EXPIRED}
    with shared.orders.reading() as session:
        assert overdue_purchases(session, later) == [], "the next sweeps have room for others"


def test_a_payment_in_a_status_that_the_shop_does_not_know_is_asked_about_again(own_app: Flask) -> None:
    shopper, shared = Shopper(own_app), services_of(own_app)
    shopper.add()
    shopper.order()
    with shared.orders.writing() as session:
        session.execute(update(Payment).values(status=PaymentStatus.NEW))
    later = shared.clock() + timedelta(hours=1)
    shared.clock = lambda: later
    sweep(own_app)
    (purchase,) = purchases(own_app)
    assert purchase.state is PurchaseState.EXPIRED


def test_a_fault_that_nobody_foresaw_does_not_end_the_worker(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    swept, stop = [], threading.Event()

    def fail(_app: Flask) -> None:
        swept.append(True)
        if len(swept) > 1:
            stop.set()
        raise RuntimeError

    monkeypatch.setattr("shop.outbox.worker.sweep", fail)
    monkeypatch.setattr("shop.outbox.worker.REST_SECONDS", 0)
    work(own_app, stop)
    assert len(swept) == 2


def test_a_refund_that_a_killed_worker_had_asked_for_is_asked_for_once(own_app: Flask) -> None:
    shopper, shared = Shopper(own_app), services_of(own_app)
    shopper.add()
    shopper.pay(shopper.order())
    shopper.work()
    (purchase,) = purchases(own_app)
    form = shopper.client.get(f"/nl/bestelling/{order_token(shared, purchase.number)}/herroepen")
    shopper.submit(shopper.submit(form, "check"), "confirm")
    with shared.orders.reading() as session:
        refund = session.scalars(select(Refund)).one()
        payment = session.get_one(Payment, refund.payment_id)
        asked = (str(payment.provider_id), refund.cents, refund.idempotency_key, purchase.number)
    provider_named(shared, "trial").refund(*asked)  # killed before the answer was stored
    shopper.work()
    with shared.orders.reading() as session:
        by_the_clock = (RefundStatus.SENT, RefundStatus.REFUNDED)  # the trial is done with it after two seconds
        assert session.scalars(select(Refund.status)).one() in by_the_clock
        assert session.scalars(select(TrialPayment.refunded_cents)).one() == purchase.total_cents
    data = shopper.client.get(f"/nl/bestelling/{order_token(shared, purchase.number)}/gegevens.json")
    assert [refund["cents"] for refund in json.loads(data.data)["refunds"]] == [purchase.total_cents]


@pytest.mark.parametrize("refusals", [1, outbox.MOST_ATTEMPTS])
def test_a_refused_refund_is_tried_again_and_in_the_end_shown_to_staff(
    refusals: int, own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    shopper, shared = Shopper(own_app), services_of(own_app)
    shopper.add()
    shopper.pay(shopper.order())
    shopper.work()
    whole = TrialProvider.refund
    refused: list[bool] = []

    def refund(provider: TrialProvider, *asked: Any) -> str:
        if len(refused) < refusals:
            refused.append(True)
            raise PaymentRefusedError("too little money there")
        return whole(provider, *asked)

    monkeypatch.setattr(TrialProvider, "refund", refund)
    (purchase,) = purchases(own_app)
    form = shopper.client.get(f"/nl/bestelling/{order_token(shared, purchase.number)}/herroepen")
    shopper.submit(shopper.submit(form, "check"), "confirm")
    start = shared.clock()
    for attempt in range(outbox.MOST_ATTEMPTS):
        moment = start + timedelta(hours=7 * attempt)
        shared.clock = lambda moment=moment: moment  # type: ignore[misc] # its default
        shopper.work()
    with shared.orders.reading() as session:
        status = session.scalars(select(Refund.status)).one()
        claimed = session.scalars(select(Payment.refund_claimed_cents)).one()
    is_sent = refusals == 1
    assert status is (RefundStatus.SENT if is_sent else RefundStatus.FAILED)
    assert claimed == (purchase.total_cents if is_sent else 0)
    assert ("given up" in own_app.test_client().get("/readyz").text) is not is_sent


def test_a_mark_of_sold_out_that_is_overtaken_meanwhile_is_put_right(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    shopper = Shopper(own_app)
    shopper.add()
    shopper.order()
    (purchase,) = purchases(own_app)
    answers = [0, 5]

    def stale(_session: Session, counts: list[Count]) -> dict[int, int]:
        left = answers.pop(0) if len(answers) > 1 else answers[0]
        return {count.product_id: left for count in counts}

    monkeypatch.setattr("shop.ordering.availability.available", stale)
    handle(own_app, "check_availability", purchase.id)
    with Session(services_of(own_app).databases.primary) as session:
        assert not session.get_one(Product, purchase.lines[0].product_id).sold_out


def wait_for_jobs(app: Flask, wanted: int | None) -> None:
    """Wait until so many jobs are done, or all."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        done = [job.done_at is not None for job in jobs(app).values()]
        if all(done) or (wanted is not None and sum(done) >= wanted):
            return
        time.sleep(0.02)


@pytest.mark.long
@pytest.mark.skipif(databases.ON_POSTGRESQL, reason="starts the shop on its own file")
def test_a_worker_killed_again_and_again_does_every_job_once_in_the_end(own_instance: Path) -> None:
    app = create_app(settings_in(own_instance))
    app.testing = False
    for number in range(3):
        shopper = Shopper(app)
        shopper.add()
        shopper.order(email=f"klant{number}@voorbeeld.nl", method="after_delivery")
    environ = os.environ | {"SHOP_INSTANCE": str(own_instance), "SHOP_SECRET_KEY": TEST_KEY}
    for wanted in (1, 5, None):  # killed after the first job, in the middle, and at last left alone
        with services_of(app).orders.writing() as session:  # as if the claims of the killed one had run out
            for job in session.scalars(select(Job).where(Job.claimed_until.is_not(None))):
                job.claimed_until = None
        worker = subprocess.Popen([SHOP, "worker"], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_jobs(app, wanted)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    assert all(job.done_at is not None for job in jobs(app).values())
    assert len(mails(app, "confirmation")) == 3
    assert sorted(document.number for one in purchases(app) for document in one.documents) == [
        f"TF{services_of(app).clock().year}-0000{number}" for number in (1, 2, 3)
    ]
    services_of(app).dispose()


def test_one_process_of_a_machine_works_and_when_it_is_gone_another_does(own_app: Flask) -> None:
    working = FileLock(services_of(own_app).settings.instance / "worker.lock")
    shopper = Shopper(own_app)
    shopper.add()
    shopper.order(method="after_delivery")
    with working:
        stop = work_in_background(own_app)
        time.sleep(2)
        assert not any(job.done_at for job in jobs(own_app).values())
    wait_for_jobs(own_app, None)
    stop.set()
    assert all(job.done_at for job in jobs(own_app).values())
    with working.acquire(timeout=30):
        assert len(mails(own_app, "confirmation")) == 1
