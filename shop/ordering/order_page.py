"""Order page behind its secret link: what was ordered, its payment, documents, one's data, and withdrawal."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from catalog.orders.erasure import erase, erased_on, may_be_erased_now
from catalog.orders.models import (
    BankTransfer,
    Document,
    MoneyMove,
    Payment,
    PaymentMethod,
    Purchase,
    PurchaseState,
    Recall,
    RecallNotice,
    Refund,
)
from catalog.orders.payments import FINAL, claimed_cents, owed_cents, paid_cents, purchase_for_update
from catalog.orders.placing import new_payment
from catalog.orders.withdrawal import is_open, last_day
from shop.ordering.supply import again_address, calendar_of, supplies
from shop.payments import steps
from shop.payments.providers import UNANSWERED
from shop.web.absolute_urls import base_url
from shop.web.forms import ShopForm
from shop.web.i18n import localized
from shop.web.order_links import token_hash
from shop.web.owner_settings import owner_settings, seller
from shop.web.security import never_store
from shop.web.services import now, services

bp = Blueprint("orders", __name__)


def purchase_or_404(token: str) -> Purchase:
    """The order of a secret link, loaded with all that its pages show."""
    with services().orders.reading() as session:
        purchase = session.scalars(select(Purchase).where(Purchase.token_sha256 == token_hash(token))).first()
        if purchase is None:
            abort(HTTPStatus.NOT_FOUND)
        load_parts(purchase)
        session.expunge_all()
    return purchase


def load_parts(purchase: Purchase) -> None:
    """Load all that pages show of an order, before it leaves its session."""
    for name in ("lines", "vat", "payments", "withdrawals", "documents", "events", "notes"):
        getattr(purchase, name)
    for shipment in (*purchase.shipments, *purchase.undone_shipments):
        len(shipment.lines)
    for parcel in purchase.returns:
        len(parcel.lines)


@localized(bp, nl="/nl/bestelling/<token>", en="/en/order/<token>")
def order(token: str) -> WerkzeugResponse:
    """Show an order."""
    purchase = purchase_or_404(token)
    with services().orders.reading() as session:
        paid, refunded = paid_cents(session, purchase), claimed_cents(session, purchase)
        may_erase = may_be_erased_now(session, purchase)
    html = render_template(
        "ordering/order.html",
        purchase=purchase,
        token=token,
        paid=paid,
        refunded=refunded,
        owed=owed_cents(purchase),
        payment=purchase.payments[-1] if purchase.payments else None,
        may_pay=may_pay(purchase),
        may_withdraw=is_open(purchase, now()),
        withdraw_until=last_day(purchase),
        erased_on=erased_on(purchase),
        may_erase=may_erase,
        seller=seller(),
        settings=owner_settings(),
        supplies=supplies(purchase),
        again=again_address(purchase),
    )
    return never_store(make_response(html))


def may_pay(purchase: Purchase) -> bool:
    """Whether the order still waits for an online payment."""
    return purchase.state is PurchaseState.PLACED and purchase.method is PaymentMethod.ONLINE


@localized(bp, nl="/nl/bestelling/<token>/betalen", en="/en/order/<token>/pay", methods=("GET", "POST"))
def to_payment(token: str) -> WerkzeugResponse:
    """Lead to the provider's page by a link and a refresh of our own page; a POST begins a new attempt."""
    purchase = purchase_or_404(token)
    if not may_pay(purchase):
        return redirect(url_for("orders.order", token=token), HTTPStatus.SEE_OTHER)
    if request.method == "POST":
        _begin_again(purchase)
        return redirect(url_for("orders.to_payment", token=token), HTTPStatus.SEE_OTHER)
    payment = purchase.payments[-1]
    if payment.status in FINAL:
        return redirect(url_for("orders.order", token=token), HTTPStatus.SEE_OTHER)
    html = render_template("ordering/to_payment.html", purchase=purchase, token=token, payment=payment)
    return never_store(make_response(html))


def _begin_again(purchase: Purchase) -> Payment:
    """A new attempt to pay where the last one ended; else the last one, begun if it was not."""
    shared = services()
    with shared.orders.writing() as session:
        row = purchase_for_update(session, purchase.id)
        last = row.payments[-1]
        left = owed_cents(row) - paid_cents(session, row) + claimed_cents(session, row)
        again = last.status in FINAL and left > 0
        payment = new_payment(session, row, last.provider, now(), cents=left) if again else last
    try:
        return steps.begin(shared, row, payment, base_url())
    except UNANSWERED:
        return payment  # its page says so; the worker asks again


@localized(bp, nl="/nl/bestelling/<token>/gegevens.json", en="/en/order/<token>/data.json")
def data(token: str) -> Response:
    """All that the store has of an order, for the person that it is about (GDPR Art. 15 and 20)."""
    purchase = purchase_or_404(token)
    with services().orders.reading() as session:
        more = _rows_about(session, purchase)
    body = msgspec.json.format(msgspec.json.encode(order_data(purchase, more)))
    response = Response(body, mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{purchase.number}.json"'
    never_store(response)
    return response


def _rows_about(session: Session, purchase: Purchase) -> Mapping[str, Sequence[Any]]:
    """Rows about an order that are no part of it, by name."""
    own = purchase.id
    return {
        "refunds": session.scalars(select(Refund).where(Refund.purchase_id == own).order_by(Refund.id)).all(),
        "money_moves": session.scalars(select(MoneyMove).where(MoneyMove.purchase_id == own)).all(),
        "bank_transfers": session.scalars(select(BankTransfer).join(Payment).where(Payment.purchase_id == own)).all(),
        "recalls": session.scalars(select(Recall).join(RecallNotice).where(RecallNotice.purchase_id == own)).all(),
    }


def order_data(purchase: Purchase, more: Mapping[str, Sequence[Any]]) -> Mapping[str, Any]:
    """An order with all its parts, and further rows by name, but for secrets and keys."""
    return {
        **_columns(purchase),
        "lines": [_columns(line) for line in purchase.lines],
        "vat": [_columns(one) for one in purchase.vat],
        "payments": [_columns(payment) for payment in purchase.payments],
        **{name: [_columns(row) for row in rows] for name, rows in more.items()},
        "withdrawals": [_columns(one) for one in purchase.withdrawals],
        "documents": [_columns(one) for one in purchase.documents],
        "events": [_columns(event) for event in purchase.events],
        "shipments": [
            {**_columns(one), "lines": [_columns(line) for line in one.lines]}
            for one in sorted((*purchase.shipments, *purchase.undone_shipments), key=lambda one: one.id)
        ],
        "returns": [{**_columns(one), "lines": [_columns(line) for line in one.lines]} for one in purchase.returns],
        "notes": [_columns(note) for note in purchase.notes],
    }


_SECRET = frozenset(
    [
        *("id", "purchase_id", "payment_id", "shipment_id", "return_id", "product_id", "refund_id"),
        *("token", "token_sha256", "checkout_key", "idempotency_key", "key", "pdf", "snapshot", "checkout_url"),
    ]
)


def _columns(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__table__.columns.keys() if name not in _SECRET}  # noqa: SIM118 - columns


@localized(bp, nl="/nl/bestelling/<token>/voorraad.ics", en="/en/order/<token>/supply.ics")
def calendar(token: str) -> Response:
    """The supply of an order as a file for a calendar."""
    purchase = purchase_or_404(token)
    response = Response(calendar_of(purchase), mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="{purchase.number}.ics"'
    never_store(response)
    return response


@localized(bp, nl="/nl/bestelling/<token>/wissen", en="/en/order/<token>/erase", methods=("GET", "POST"))
def erasure(token: str) -> WerkzeugResponse:
    """Erase the personal data of an order that nothing is open of, after a confirmation (GDPR Art. 17)."""
    purchase = purchase_or_404(token)
    form = ShopForm()
    if form.validate_on_submit():
        with services().orders.writing() as session:
            row = purchase_for_update(session, purchase.id)
            if may_be_erased_now(session, row):
                erase(session, row, now(), who="shopper")
        return redirect(url_for("orders.order", token=token), HTTPStatus.SEE_OTHER)
    with services().orders.reading() as session:
        possible = may_be_erased_now(session, purchase)
    html = render_template("ordering/erase.html", purchase=purchase, token=token, possible=possible)
    return never_store(make_response(html))


@localized(bp, nl="/nl/bestelling/<token>/<number>.pdf", en="/en/order/<token>/<number>.pdf")
def document(token: str, number: str) -> Response:
    """A document of an order as PDF, once the worker has made it."""
    return pdf_of(purchase_or_404(token), number)


def pdf_of(purchase: Purchase, number: str) -> Response:
    """A document of an order as PDF, or 404."""
    found: Document | None = next((one for one in purchase.documents if one.number == number), None)
    if found is None or found.pdf is None:
        abort(HTTPStatus.NOT_FOUND)
    response = Response(found.pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    never_store(response)
    return response
