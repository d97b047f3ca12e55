"""Days that the law counts, played with the clock moved: the period of withdrawal, the refund, the end of an order."""

from datetime import datetime, timedelta

from flask import Flask

from catalog.orders.models import Purchase, PurchaseState
from catalog.orders.payments import purchase_for_update
from catalog.orders.shipping import Parcel, ParcelLine, deliver, ship
from shop.outbox.worker import do_due_jobs, sweep
from shop.web.order_links import order_token
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.shop.admin.orders import again, assert_books_agree, ordered
from tests.shop.ordering.shopper import Shopper, main_text


def at(app: Flask, moment: datetime) -> None:
    services_of(app).clock = lambda: moment


def delivered(app: Flask, **values: str) -> Purchase:
    """An order that was paid, sent and noted as arrived now."""
    made, shared = ordered(app, **values), services_of(app)
    with shared.orders.writing() as session:
        purchase = purchase_for_update(session, made.id)
        parcel = Parcel(f"p{made.id}", [ParcelLine(1, 1, "L1")])
        shipment = ship(session, purchase, parcel, shared.clock(), who="packer")
        deliver(session, purchase, shipment, shared.clock(), who="packer")
    return again(app, made)


def test_a_shopper_may_withdraw_for_14_days_and_the_refund_is_due_14_days_later(
    own_app: Flask, admin_client: AdminClient
) -> None:
    start = services_of(own_app).clock()
    at(own_app, start)
    used, unused = delivered(own_app), delivered(own_app, email="b@voorbeeld.nl")
    shopper = Shopper(own_app)
    pages = [f"/nl/bestelling/{order_token(services_of(own_app), one.number)}/herroepen" for one in (used, unused)]
    at(own_app, start + timedelta(days=14))
    form = shopper.client.get(pages[0])
    shopper.submit(shopper.submit(form, "check"), "confirm")
    assert len(again(own_app, used).withdrawals) == 1, "on the last moment of the period"
    at(own_app, start + timedelta(days=14, seconds=1))
    closed = shopper.client.get(pages[1])
    assert 'value="check"' not in closed.text
    assert "may withdraw" not in main_text(closed)
    stated = again(own_app, used).withdrawals[0].at

    for days, words in ((0, "14 days left"), (13, "1 day left"), (14, "0 days left"), (15, "1 day too late")):
        at(own_app, stated + timedelta(days=days))
        owner = admin_client("owner")  # a session of its day
        owner.get("/admin/?lang=en")
        assert words in main_text(owner.get(f"/admin/orders/{used.number}"))
    assert used.number in owner.get("/admin/orders?show=returns").text
    sweep(own_app)
    do_due_jobs(own_app)
    assert again(own_app, unused).state is PurchaseState.CLOSED, "14 days after it arrived"
    assert again(own_app, used).state is PurchaseState.CONFIRMED, "its return is still open"
    assert_books_agree(own_app)
