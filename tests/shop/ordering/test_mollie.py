"""Mollie behind its own client: answers, failures, repeated and forged reports have one end, and the order is kept."""

import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http import HTTPStatus

import msgspec
import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select

from catalog.orders.models import Payment, PaymentStatus, PurchaseState, Refund, RefundStatus
from catalog.orders.payments import PaymentRefusedError, PaymentUnavailableError
from shop.outbox.worker import sweep
from shop.payments import mollie
from shop.settings import PaymentsSetting
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.shop.ordering.mollie_server import MollieServer, mollie_server
from tests.shop.ordering.shopper import Shopper, mails, purchases
from tests.shop.ordering.test_law import complete_settings, real

KEY = "test_" + "a" * 30


@pytest.fixture
def server(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[MollieServer]:
    """The stand-in, with a shop of real products that is set up for it."""
    complete_settings(own_app)
    real(own_app)
    shared = services_of(own_app)
    shared.settings = msgspec.structs.replace(shared.settings, payments=PaymentsSetting.MOLLIE, mollie_key=KEY)
    with mollie_server() as state:
        monkeypatch.setattr(mollie, "MollieProvider", partial(mollie.MollieProvider, server_url=state.address))
        yield state


@pytest.fixture
def shopper(own_app: Flask, server: MollieServer) -> Shopper:
    made = Shopper(own_app)
    made.add()
    return made


def later(app: Flask, **delay: float) -> None:
    shared = services_of(app)
    then = shared.clock() + timedelta(**delay)
    shared.clock = lambda: then


def report(shopper: Shopper, payment_id: str) -> None:
    (purchase,) = purchases(shopper.app)
    answer = shopper.client.post(f"/betaling/{purchase.payments[-1].token}", data={"id": payment_id})
    assert answer.status_code == HTTPStatus.OK


def test_an_order_leads_to_mollie_s_page_and_is_confirmed_by_its_report(shopper: Shopper, server: MollieServer) -> None:
    ordered = shopper.order()
    way = shopper.client.get(ordered.location)
    payment_id = server.only_payment()
    tree = html.fromstring(way.text)
    assert tree.xpath("//main//a[contains(@class, 'button')]/@href") == [f"{server.address}/checkout/{payment_id}"]
    assert tree.xpath("//meta[@http-equiv='refresh']")
    assert "form-action 'self'" in way.headers["Content-Security-Policy"]
    (_method, _path, asked) = server.asked[0]
    (purchase,) = purchases(shopper.app)
    assert asked["amount"] == {"currency": "EUR", "value": "22.90"}
    assert purchase.lines[0].name not in str(asked), "Mollie learns no product"
    assert purchase.email not in str(asked)
    server.set(payment_id, "paid", paidAt="2026-11-28T12:01:00+00:00")
    report(shopper, payment_id)
    shopper.work()
    (purchase,) = purchases(shopper.app)
    assert purchase.state is PurchaseState.CONFIRMED
    assert not purchase.trial
    (confirmation,) = mails(shopper.app, "confirmation")
    assert "Proef" not in confirmation["Subject"]


@pytest.mark.parametrize("order", ["return", "report", "sweep", "return report sweep", "sweep report return"])
@pytest.mark.parametrize("status", ["paid", "failed", "expired", "pending", "a-new-status"])
def test_reports_return_and_sweep_in_any_order_give_one_end_state(
    status: str, order: str, shopper: Shopper, server: MollieServer
) -> None:
    shopper.order()
    payment_id = server.only_payment()
    server.set(payment_id, status)
    for step in order.split():
        if step == "return":
            (purchase,) = purchases(shopper.app)
            shopper.client.get(f"/betaling/{purchase.payments[0].token}/terug")
        elif step == "report":
            for _time in range(5):
                report(shopper, payment_id)
            shopper.work()
        else:
            later(shopper.app, minutes=11)
            sweep(shopper.app)
    later(shopper.app, seconds=5)
    shopper.work()
    (purchase,) = purchases(shopper.app)
    (payment,) = purchase.payments
    paid = status == "paid"
    assert purchase.state is (PurchaseState.CONFIRMED if paid else PurchaseState.PLACED)
    known = {one.value for one in PaymentStatus}
    assert payment.status == (status if status in known else PaymentStatus.OPEN)
    assert len(mails(shopper.app, "confirmation")) == paid


@pytest.mark.parametrize("failure", ["hang", "drop", "html502", "503", "429", "422"])
def test_a_mollie_that_fails_keeps_the_order_says_so_soon_and_is_asked_again(
    failure: str, shopper: Shopper, server: MollieServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mollie.TIMEOUT_MS <= 10_000
    monkeypatch.setattr(mollie, "TIMEOUT_MS", 2000)  # which the one that hangs waits for
    server.failures.append(failure)
    begun = time.monotonic()
    ordered = shopper.order()
    way = shopper.client.get(ordered.location)
    assert time.monotonic() - begun < 30, "no thread is held for long"
    assert "Je bestelling is veilig" in way.text
    (purchase,) = purchases(shopper.app)
    assert purchase.state is PurchaseState.PLACED
    later(shopper.app, seconds=15)
    shopper.work()
    assert purchases(shopper.app)[0].payments[0].provider_id == server.only_payment()
    keys = set(server.by_key)
    assert len(keys) == 1, "the same attempt has one key, however often it is asked"


def test_an_answer_that_was_lost_makes_no_second_payment(shopper: Shopper, server: MollieServer) -> None:
    server.failures.append("lost")
    shopper.order()
    later(shopper.app, seconds=15)
    shopper.work()
    assert len(server.payments) == 1
    assert purchases(shopper.app)[0].payments[0].provider_id == server.only_payment()


def test_a_refund_whose_answer_was_lost_is_sent_once(shopper: Shopper, server: MollieServer) -> None:
    shopper.order()
    payment_id = server.only_payment()
    server.set(payment_id, "paid")
    report(shopper, payment_id)
    shopper.work()
    (purchase,) = purchases(shopper.app)
    found = shopper.submit(shopper.client.get("/nl/herroepen"), number=purchase.number, email=purchase.email)
    server.failures.append("lost")
    shopper.submit(shopper.submit(shopper.client.get(found.location), "check"), "confirm")
    shopper.work()
    later(shopper.app, seconds=30)
    shopper.work()
    (refund,) = server.refunds.values()
    assert refund["amount"]["value"] == "22.90"
    assert len(mails(shopper.app, "refund")) == 1


@pytest.mark.parametrize("forged", ["tr_other", "tr_../../v2/customers?x=1", "TR_1", "ord_1", ""])
def test_a_forged_report_asks_mollie_nothing(forged: str, shopper: Shopper, server: MollieServer) -> None:
    shopper.order()
    before = len(server.asked)
    report(shopper, forged)
    shopper.work()
    assert len(server.asked) == before


def test_an_id_of_another_shape_never_reaches_the_client(server: MollieServer) -> None:
    provider = mollie.MollieProvider(KEY)
    for forged in ("tr_../../v2/customers?x=1", "tr_a/refunds", "", "tr_ü"):
        with pytest.raises(PaymentRefusedError):
            provider.get(forged)
        with pytest.raises(PaymentRefusedError):
            provider.refund(forged, 1, "key", "")
    assert not server.asked


def test_errors_name_no_person(server: MollieServer) -> None:
    provider = mollie.MollieProvider(KEY)
    for failure, kind in (("422", PaymentRefusedError), ("503", PaymentUnavailableError)):
        server.failures.append(failure)
        with pytest.raises(kind) as raised:
            provider.get("tr_abc")
        assert "klant" not in str(raised.value)


def withdrawn_from(shopper: Shopper, server: MollieServer) -> str:
    """The id of Mollie's refund for a paid order that was withdrawn from."""
    shopper.order()
    payment_id = server.only_payment()
    server.set(payment_id, "paid")
    report(shopper, payment_id)
    shopper.work()
    (purchase,) = purchases(shopper.app)
    found = shopper.submit(shopper.client.get("/nl/herroepen"), number=purchase.number, email=purchase.email)
    shopper.submit(shopper.submit(shopper.client.get(found.location), "check"), "confirm")
    shopper.work()
    (refund_id,) = server.refunds
    return refund_id


def only_refund(shopper: Shopper) -> tuple[RefundStatus, int]:
    """The status of the order's refund, and what is claimed of its payment."""
    with services_of(shopper.app).orders.reading() as session:
        return session.scalars(select(Refund.status)).one(), session.scalars(select(Payment.refund_claimed_cents)).one()


@pytest.mark.parametrize(
    ("status", "by"),
    [("refunded", "report"), ("failed", "report"), ("canceled", "sweep"), ("gone", "sweep"), ("a-new-status", "sweep")],
)
def test_the_end_of_a_refund_that_mollie_accepted_is_seen(
    status: str, by: str, shopper: Shopper, server: MollieServer, admin_client: AdminClient
) -> None:
    refund_id = withdrawn_from(shopper, server)
    assert only_refund(shopper) == (RefundStatus.SENT, 2290)
    if status == "gone":
        del server.refunds[refund_id]
    else:
        server.refunds[refund_id]["status"] = status
    for _day in range(3):
        later(shopper.app, hours=13)
        if by == "report":
            report(shopper, server.only_payment())
            shopper.work()
        else:
            sweep(shopper.app)
    ends = {"refunded": RefundStatus.REFUNDED, "a-new-status": RefundStatus.SENT}
    end = ends.get(status, RefundStatus.FAILED)
    failed = end is RefundStatus.FAILED
    assert only_refund(shopper) == (end, 0 if failed else 2290)
    (purchase,) = purchases(shopper.app)
    owner = admin_client("owner", email="owner@winkel.test")
    overview, order = (owner.get(path).text for path in ("/admin/?lang=en", f"/admin/orders/{purchase.number}"))
    assert ("the shopper does not have the money" in overview, "A refund failed" in order) == (failed, failed)
    assert (purchase.number in owner.get("/admin/orders?show=attention").text) is failed
    assert len(mails(shopper.app, "refund")) == 1


@pytest.mark.parametrize("comes_back", [False, True])
def test_a_payment_that_mollie_no_longer_knows_does_not_hold_the_order_open(
    comes_back: bool, shopper: Shopper, server: MollieServer
) -> None:
    shopper.order()
    (payment_id, payment) = server.payments.popitem()
    for _half_day in range(2):
        later(shopper.app, hours=13)
        sweep(shopper.app)
        assert purchases(shopper.app)[0].state is PurchaseState.PLACED, "a wrong key knows no payment either"
    later(shopper.app, hours=13)
    sweep(shopper.app)
    later(shopper.app, hours=13)
    sweep(shopper.app)
    assert purchases(shopper.app)[0].state is PurchaseState.EXPIRED
    if comes_back:
        server.payments[payment_id] = payment | {"status": "paid"}
        report(shopper, payment_id)
        shopper.work()
        assert purchases(shopper.app)[0].state is PurchaseState.CONFIRMED
