"""Mistakes of staff are undone by counter-entries: the history stays, and the books agree after each step."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from catalog.orders.books import journal, month_of
from catalog.orders.models import MoneyMove, PurchaseState, StockLevel, StockMove
from shop.outbox.worker import do_due_jobs
from shop.web.services import services_of
from tests.shop.admin.orders import Clerk, again, assert_books_agree, do, ordered, press
from tests.shop.admin.test_recalls import press_last, start
from tests.shop.ordering.shopper import Shopper, mails, main_text, plain
from tests.shop.web.test_page_contract import check_page


def sums_by_lot(app: Flask, product_id: int) -> dict[str, int]:
    query = select(StockMove.lot, func.sum(StockMove.by_on_hand)).where(StockMove.kind == "sold")
    with services_of(app).orders.reading() as session:
        rows = session.execute(query.where(StockMove.product_id == product_id).group_by(StockMove.lot))
        return {lot: int(packs) for lot, packs in rows}


def test_a_mistyped_transfer_is_undone_with_the_refund_that_followed_from_it(own_app: Flask, clerk: Clerk) -> None:
    made = ordered(own_app, play=None, method="after_delivery")
    keeper, today = clerk("bookkeeper"), services_of(own_app).clock().date().isoformat()
    wrong = {"transfer-amount": "1000,00", "transfer-booked_on": today, "transfer-reference": "7"}
    do(keeper, made, "/transfer", **wrong)
    assert "To transfer back by hand" in main_text(keeper.get(f"/admin/orders/{made.number}"))
    assert do(keeper, made, "/undone").status_code == 303
    page = keeper.get(f"/admin/orders/{made.number}")
    shown = main_text(page)
    assert "To transfer back by hand" not in shown
    assert all(words in shown for words in ("undone on", "Transfer undone"))
    assert "/undone" not in page.text, "it is undone once"
    do(keeper, made, "/transfer", **wrong | {"transfer-amount": f"{made.total_cents / 100:.2f}"})
    assert_books_agree(own_app)
    month = month_of(int(today[:4]), int(today[5:7]))
    with services_of(own_app).orders.reading() as session:
        assert session.scalar(select(func.sum(MoneyMove.cents))) == made.total_cents
        (paid,) = (row for row in journal(session, month) if row.kind == "paid")
    assert (paid.count, paid.net_cents) == (3, made.total_cents), "both entries stay in the books"


def test_lot_arrival_and_parcel_are_undone_and_the_parcel_is_sent_again(own_app: Flask, clerk: Clerk) -> None:
    made, packer = ordered(own_app), clerk("packer")
    product = made.lines[0].product_id
    do(packer, made, "/ship", lot_1="L1")
    page = packer.get(f"/admin/orders/{made.number}/parcels/1/lots")
    check_page(page, "en")
    assert press(packer, page, "/lots", lot_1="").status_code == 422
    assert press(packer, page, "/lots", lot_1="l2", best_1="2028-03-01").status_code == 303
    assert sums_by_lot(own_app, product) == {"L1": 0, "L2": -1}
    do(packer, made, "/delivered")
    assert "may withdraw until" in main_text(packer.get(f"/admin/orders/{made.number}"))
    do(packer, made, "/arrival-undone")
    found = again(own_app, made)
    assert (found.delivered_at, found.state) == (None, PurchaseState.CONFIRMED)
    before = levels(own_app, product)
    assert do(packer, made, "/parcels/1/undone").status_code == 303
    do_due_jobs(own_app)
    assert levels(own_app, product) == (before[0] + 1, before[1] + 1), "on the shelf, and promised"
    assert len(mails(own_app, "shipment-undone")) == 1
    gone = packer.get(f"/admin/orders/{made.number}/parcels/1/lots", follow_redirects=True)
    assert gone.status_code == 404
    shown = packer.get(f"/admin/orders/{made.number}")
    check_page(shown, "en")
    assert all(words in main_text(shown) for words in ("Undone parcels", "Lot corrected", "Arrival undone"))
    do(packer, made, "/ship", lot_1="L3")
    assert sums_by_lot(own_app, product) == {"L1": 0, "L2": 0, "L3": -1}
    assert_books_agree(own_app)


def levels(app: Flask, product_id: int) -> tuple[int, int]:
    with services_of(app).orders.reading() as session:
        level = session.get_one(StockLevel, product_id)
        return level.on_hand, level.reserved


def test_a_parcel_that_came_back_undelivered_is_cancelled_and_its_money_goes_back(own_app: Flask, clerk: Clerk) -> None:
    made, owner = ordered(own_app), clerk("owner")
    do(owner, made, "/ship", lot_1="L1")
    page = press_with(owner, owner.get(f"/admin/orders/{made.number}"), "came_back", "yes")
    assert "came_back" in page.text
    assert press(owner, page, "/parcels/1/undone").status_code == 303
    do_due_jobs(own_app)
    assert "kwam bij ons terug" in plain(mails(own_app, "shipment-undone")[0])
    assert "Correct the address" in owner.get(f"/admin/orders/{made.number}").text
    do(owner, made, "/cancel")
    do_due_jobs(own_app)
    found = again(own_app, made)
    assert (found.state, found.payments[0].refund_claimed_cents) == (PurchaseState.CANCELLED, made.total_cents)
    assert_books_agree(own_app)


def press_with(client: FlaskClient, page: TestResponse, field: str, value: str) -> TestResponse:
    """Send the form that has such a hidden field."""
    (form,) = html.fromstring(page.text).xpath(f"//form[.//input[@name='{field}' and @value='{value}']]")
    return client.post(form.get("action"), data=dict(form.form_values()))


@pytest.mark.parametrize("decision", ["released", "written_off"])
def test_a_recall_holds_the_lot_until_it_is_decided_and_unknown_lots_are_asked_about(
    decision: str, own_app: Flask, clerk: Clerk
) -> None:
    made, next_one = ordered(own_app), ordered(own_app, email="b@voorbeeld.nl")
    owner, product = clerk("owner"), made.lines[0].product_id
    page = owner.get(f"/admin/stock/{product}")
    press(owner, page, "/receive", **{"receive-packs": "3", "receive-lot": "L7"})
    asked = press(owner, owner.get(f"/admin/orders/{made.number}"), "/ship", lot_1="L77")
    assert "was never received here; received were: L7." in asked.text
    assert press(owner, asked, "/ship").status_code == 303, "who is sure goes on"
    press(owner, owner.get(f"/admin/orders/{made.number}/parcels/1/lots"), "/lots", lot_1="L7")
    before = levels(own_app, product)
    press_last(owner, start(owner, "L7"))
    assert levels(own_app, product) == (before[0] - 2, before[1]), "what the ledger has of the lot is held"
    refused = do(owner, next_one, "/ship", lot_1="L7")
    assert (refused.status_code, "Lot L7 has a product recall" in refused.text) == (409, True)
    shown = owner.get("/admin/recalls/1")
    check_page(shown, "en")
    assert "2 packs on the shelf are held" in main_text(shown)
    press_with(owner, shown, "decision", decision)
    check_page(owner.get("/admin/recalls/1"), "en")
    back = 2 if decision == "released" else 0
    assert levels(own_app, product) == (before[0] - 2 + back, before[1])
    sent = do(owner, next_one, "/ship", lot_1="L7")
    assert sent.status_code == (303 if decision == "released" else 409)
    assert_books_agree(own_app)


def test_the_trial_provider_plays_a_chargeback_that_staff_see(own_app: Flask, clerk: Clerk) -> None:
    made, owner = ordered(own_app), clerk("owner")
    shopper = Shopper(own_app)
    (address,) = {payment.checkout_url for payment in made.payments}
    page = shopper.client.get(str(address))
    assert "chargeback" in main_text(page)
    shopper.submit(page, "charged_back")
    later = services_of(own_app).clock() + timedelta(seconds=5)
    services_of(own_app).clock = lambda: later
    do_due_jobs(own_app)
    assert again(own_app, made).payments[0].charged_back_cents == made.total_cents
    assert "The bank took" in main_text(owner.get(f"/admin/orders/{made.number}"))
    assert made.number in owner.get("/admin/orders?show=attention").text
    assert_books_agree(own_app)
