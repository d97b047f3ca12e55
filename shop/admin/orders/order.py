"""One order: shown with its money, parcels and timeline, and what staff do with it.

A step that the order does not allow is a page in words with status 409, and changes nothing.
"""

import secrets
from http import HTTPStatus
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from catalog.models import PeopleEventKind
from catalog.orders import outbox
from catalog.orders.finding import note_words
from catalog.orders.models import (
    TRANSFER,
    BankTransfer,
    Payment,
    Purchase,
    PurchaseEvent,
    PurchaseNote,
    PurchaseState,
    Refund,
    RefundStatus,
)
from catalog.orders.payments import (
    TooMuchRefundedError,
    cancel,
    claimed_cents,
    owed_cents,
    paid_cents,
    purchase_for_update,
    refund_amount,
)
from catalog.orders.returns import refund_due
from catalog.orders.states import ForbiddenArrowError, record
from catalog.orders.withdrawal import is_open, last_day, lines_left
from shop.admin.account_words import ZONE
from shop.admin.blueprint import bp
from shop.admin.guard import ask_password_again
from shop.admin.orders.forms import NoteForm, RefundForm, TransferForm, decision_form, parcel_form, return_form
from shop.admin.people_events import log_event_now
from shop.admin.permissions import may, requires
from shop.admin.redirects import carried_fields
from shop.admin.session import author_of_request, require_user, role_of_request
from shop.ordering.checkout_form import CheckoutForm
from shop.ordering.order_page import load_parts, pdf_of
from shop.web.forms import render_form
from shop.web.i18n import gettext as _
from shop.web.number_format import euro
from shop.web.security import never_store
from shop.web.services import now, services

PASSWORD_ABOVE_CENTS = 100_00
"""Money above this that goes back asks for the password again."""
ADDRESS = ("email", "name", "company", "street", "house_number", "addition", "postcode", "town")


def load_order(number: str) -> Purchase:
    """An order with its parts, or 404."""
    with services().orders.reading() as session:
        purchase = _found(session, number)
        load_parts(purchase)
        session.expunge_all()
    return purchase


def _found(session: Session, number: str) -> Purchase:
    purchase = session.scalars(select(Purchase).where(Purchase.number == number.upper())).first()
    if purchase is None:
        abort(HTTPStatus.NOT_FOUND)
    return purchase


def locked(session: Session, number: str) -> Purchase:
    """An order by its number, held until the end of the transaction, or 404."""
    return purchase_for_update(session, _found(session, number).id)


def to_order(number: str, done: str) -> Response:
    """Lead back to the order and say what was done."""
    flash(done, "success")
    return redirect(url_for("admin.order", number=number), HTTPStatus.SEE_OTHER)


def refused(number: str, why: str) -> Response:
    """The page of a step that is not allowed."""
    html = render_template("admin/orders/refused.html", number=number, why=why)
    return make_response(html, HTTPStatus.CONFLICT)


def show_order(purchase: Purchase, **forms: Any) -> Response:
    """The page of an order; a form with errors is handed in, else each is empty."""
    shown = {
        "refund_form": RefundForm(formdata=None, key=secrets.token_urlsafe(16)),
        "note_form": NoteForm(formdata=None),
        "transfer_form": TransferForm(formdata=None, prefix="transfer-", key=secrets.token_urlsafe(16)),
        "ship_form": parcel_form(purchase, formdata=None, key=secrets.token_urlsafe(16)),
        "return_form": return_form(purchase, formdata=None, key=secrets.token_urlsafe(16)),
        "decision_form": decision_form(purchase, formdata=None),
    } | forms
    wrong = next((form for form in forms.values() if form.errors), None)
    money = _money(purchase) if may(role_of_request(), "order.money") else None
    html = render_template(
        "admin/orders/order.html",
        purchase=purchase,
        names={line.position: line.name for line in purchase.lines},
        money=money,
        wrong=wrong,
        refund_due=refund_due(purchase),
        days_left=days_left(purchase),
        withdraw_until=last_day(purchase),
        may_withdraw=may_withdraw(purchase),
        may_cancel=may_cancel(purchase),
        may_correct=may_correct(purchase),
        **shown,
    )
    return never_store(make_response(html, HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK))


def _money(purchase: Purchase) -> dict[str, Any]:
    """Sums of an order: owed, paid, sent back, and what is still to come or may still go back."""
    with services().orders.reading() as session:
        paid, refunded = paid_cents(session, purchase), claimed_cents(session, purchase)
        refunds = session.scalars(select(Refund).where(Refund.purchase_id == purchase.id).order_by(Refund.id)).all()
        transfers = transfers_of(session, purchase)
        session.expunge_all()
    owed = owed_cents(purchase)
    return {
        "owed": owed,
        "paid": paid,
        "refunded": refunded,
        "open": max(0, owed - paid + refunded),
        "transfers": transfers,
        "by_hand": [one for one in refunds if is_by_hand(purchase, one)],
        "refundable": paid - refunded,
        "charged_back": sum(payment.charged_back_cents for payment in purchase.payments),
        "refunds": refunds,
        "not_back": max(0, paid - refunded - owed) if refunds and refunds[-1].status is RefundStatus.FAILED else 0,
    }


def transfers_of(session: Session, purchase: Purchase) -> list[tuple[BankTransfer, int]]:
    """The bank transfers for an order, each with its cents."""
    query = select(BankTransfer, Payment.cents).join(Payment, Payment.id == BankTransfer.payment_id)
    found = session.execute(query.where(Payment.purchase_id == purchase.id).order_by(Payment.id))
    return [(transfer, cents) for transfer, cents in found]


def is_by_hand(purchase: Purchase, refund: Refund) -> bool:
    """Whether staff are still to send a refund from their bank: it was paid by transfer."""
    by_transfer = {payment.id for payment in purchase.payments if payment.provider == TRANSFER}
    return refund.status is RefundStatus.WANTED and refund.payment_id in by_transfer


def days_left(purchase: Purchase) -> int:
    """The days until the refund of a return is due; below 0 once it is late."""
    due = refund_due(purchase)
    return (due.astimezone(ZONE).date() - now().astimezone(ZONE).date()).days if due else 0


def may_cancel(purchase: Purchase) -> bool:
    return purchase.state in (PurchaseState.PLACED, PurchaseState.CONFIRMED) and not purchase.is_shipped


def may_correct(purchase: Purchase) -> bool:
    """Whether the address may be corrected: nothing was sent, and it was not erased."""
    return may_cancel(purchase) and purchase.erased_at is None


def may_withdraw(purchase: Purchase) -> bool:
    """Whether a statement of withdrawal may still be filled in for the shopper: it may come in any form."""
    return is_open(purchase, now()) and purchase.erased_at is None and any(lines_left(purchase).values())


@bp.get("/orders/<number>")
@requires("order.view")
def order(number: str) -> Response:
    """Show an order."""
    purchase = load_order(number)
    log_event_now(PeopleEventKind.ORDER_VIEWED, detail=purchase.number)
    return show_order(purchase)


@bp.get("/orders/<number>/documents/<document>.pdf")
@requires("order.money")
def order_document(number: str, document: str) -> Response:
    """An invoice or a credit note as PDF."""
    purchase = load_order(number)
    log_event_now(PeopleEventKind.ORDER_VIEWED, detail=purchase.number)
    return pdf_of(purchase, document)


def ask_if_sure(number: str, question: str) -> Response | None:
    """The page that asks once more before money moves; None where that was answered."""
    if request.form.get("sure") == "yes":
        return None
    html = render_template(
        "admin/orders/sure.html", number=number, question=question, action=request.path, carried=carried_fields()
    )
    return make_response(html)


def ask_password_for(cents: int) -> Response | None:
    """The page that asks for the password before much money moves; None where it was given lately."""
    if cents <= PASSWORD_ABOVE_CENTS or require_user().is_confirmed(now()):
        return None
    return ask_password_again(_("This sends more than %(amount)s back.", amount=euro(PASSWORD_ABOVE_CENTS)))


@bp.post("/orders/<number>/cancel")
@requires("order.change")
def cancel_order(number: str) -> Response:
    """Cancel an order of which nothing was sent, and send back what was paid."""
    purchase = load_order(number)
    if not may_cancel(purchase):
        return refused(number, _("This order cannot be cancelled: it was sent already, or it has ended."))
    with services().orders.reading() as session:
        back = paid_cents(session, purchase) - claimed_cents(session, purchase)
    question = _("Cancel order %(number)s and send %(amount)s back?", number=number, amount=euro(back))
    page = ask_if_sure(number, question) or ask_password_for(back)
    if page is not None:
        return page
    try:
        with services().orders.writing() as session:
            cancel(session, locked(session, number), now(), who=author_of_request())
    except ForbiddenArrowError:
        return refused(number, _("This order cannot be cancelled: it was sent already, or it has ended."))
    return to_order(number, _("The order is cancelled; what was paid goes back."))


@bp.post("/orders/<number>/refund")
@requires("order.change")
def refund_order(number: str) -> Response:
    """Send an amount back, at most what was paid and not sent back yet."""
    purchase = load_order(number)
    form = RefundForm()
    if not form.validate():
        return show_order(purchase, refund_form=form)
    question = _("Send %(amount)s back for order %(number)s?", amount=euro(form.cents), number=number)
    page = ask_if_sure(number, question) or ask_password_for(form.cents)
    if page is not None:
        return page
    try:
        with services().orders.writing() as session:
            refund_amount(
                session,
                locked(session, number),
                form.cents,
                now(),
                reason=form.reason.data or "",
                who=author_of_request(),
                key=form.key.data or "",
            )
    except TooMuchRefundedError:
        return refused(number, _("So much was not paid, or it was sent back already. Nothing was sent."))
    return to_order(number, _("%(amount)s goes back.", amount=euro(form.cents)))


@bp.post("/orders/<number>/confirmation")
@requires("order.change")
def mail_again(number: str) -> Response:
    """Mail the confirmation once more."""
    with services().orders.writing() as session:
        purchase = locked(session, number)
        if purchase.state not in (PurchaseState.CONFIRMED, PurchaseState.CLOSED) or purchase.erased_at is not None:
            return refused(number, _("This order has no confirmation to mail: it is not confirmed, or was erased."))
        event = PurchaseEvent(
            purchase_id=purchase.id, at=now(), who=author_of_request(), kind="confirmation-again", detail=""
        )
        session.add(event)
        session.flush()
        outbox.enqueue(session, "mail_confirmation_again", event.id, now())
    return to_order(number, _("The confirmation is mailed again."))


@bp.post("/orders/<number>/note")
@requires("order.change")
def add_note(number: str) -> Response:
    """Add a note."""
    form = NoteForm()
    if not form.validate():
        return show_order(load_order(number), note_form=form)
    with services().orders.writing() as session:
        purchase = locked(session, number)
        session.add(PurchaseNote(purchase_id=purchase.id, at=now(), who=author_of_request(), text=form.text.data or ""))
    return to_order(number, _("The note is added."))


@bp.route("/orders/<number>/address", methods=["GET", "POST"])
@requires("order.change")
def correct_address(number: str) -> Response:
    """Correct name, address and e-mail address of an order before it is sent; the country stays, as its VAT does."""
    purchase = load_order(number)
    if not may_correct(purchase):
        return refused(number, _("The address of this order is fixed: it was sent already, or it has ended."))
    form = _address_form(purchase)
    if not form.validate_on_submit():
        if request.method == "GET":
            log_event_now(PeopleEventKind.ORDER_VIEWED, detail=purchase.number)
        return never_store(render_form("admin/orders/address.html", form, purchase=purchase))
    with services().orders.writing() as session:
        row = locked(session, number)
        if not may_correct(row):
            return refused(number, _("The address of this order is fixed: it was sent already, or it has ended."))
        changed = _take_over(row, form)
        if changed:
            note_words(session, row)
            detail = " ".join(changed)
            record(session, row, "address-corrected", now(), who=author_of_request(), detail=detail)
    return to_order(number, _("The address is corrected."))


def _address_form(purchase: Purchase) -> CheckoutForm:
    """The checkout's form, without what is no longer to be chosen."""
    form = CheckoutForm(obj=purchase)
    names = {"NL": _("Netherlands"), "BE": _("Belgium")}
    form.country.choices = [(purchase.country, names[purchase.country])]
    del form.delivery, form.method, form.vat_number
    return form


def _take_over(purchase: Purchase, form: CheckoutForm) -> list[str]:
    """Write the fields that differ, and return their names."""
    changed = []
    for name in ADDRESS:
        value = form[name].data or ""
        if name == "postcode" and purchase.country == "NL":
            value = f"{value[:4]} {value[4:]}"
        if getattr(purchase, name) != value:
            setattr(purchase, name, value)
            changed.append(name)
    return changed
