"""Bank transfers of an order: recorded as the statement has them, and sent back by hand what is to go back."""

from http import HTTPStatus

from flask import abort
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from catalog.orders.models import TRANSFER, BankTransfer, Payment, Purchase, PurchaseState, Refund
from catalog.orders.payments import (
    CannotUndoError,
    Transfer,
    counts_of,
    note_sent_refund,
    surplus_cents,
    take_transfer,
    undo_transfer,
)
from shop.admin.blueprint import bp
from shop.admin.orders.forms import TransferForm
from shop.admin.orders.order import ask_if_sure, is_by_hand, load_order, locked, refused, show_order, to_order
from shop.admin.permissions import requires
from shop.admin.products.request import LARGEST_ID
from shop.admin.session import author_of_request
from shop.web.i18n import gettext as _
from shop.web.number_format import euro
from shop.web.services import now, services, today


@bp.post("/orders/<number>/transfer")
@requires("order.transfer")
def record_transfer(number: str) -> Response:
    """Record a bank transfer; an amount that is too little or too much is named before."""
    purchase = load_order(number)
    if purchase.state is PurchaseState.PLACED:
        return refused(number, _("This order waits for its online payment. Record a transfer once that has ended."))
    form = TransferForm(prefix="transfer-")
    if not form.validate():
        return show_order(purchase, transfer_form=form)
    page = _ask_about(purchase, form)
    if page is not None:
        return page
    transfer = Transfer(form.key.data or "", form.cents, form.booked_on.data or today(), form.reference.data or "")
    with services().databases.session_for_reading() as catalogue, services().orders.writing() as session:
        row = locked(session, number)
        take_transfer(session, row, transfer, counts_of(catalogue, row), now(), who=author_of_request())
    return to_order(number, _("The transfer of %(amount)s is recorded.", amount=euro(form.cents)))


@bp.post("/orders/<number>/payments/<int:payment_id>/undone")
@requires("order.transfer")
def undo_recorded_transfer(number: str, payment_id: int) -> Response:
    """Undo a transfer that was typed wrong; both entries stay in the books."""
    purchase = load_order(number)
    payment = next((one for one in purchase.payments if one.id == payment_id and one.provider == TRANSFER), None)
    if payment is None:
        abort(HTTPStatus.NOT_FOUND)
    page = ask_if_sure(number, _("Undo the transfer of %(amount)s?", amount=euro(payment.cents)))
    if page is not None:
        return page
    try:
        with services().orders.writing() as session:
            undo_transfer(session, locked(session, number), payment_id, now(), who=author_of_request())
    except CannotUndoError:
        return refused(number, _("Something of this transfer was sent back already, so it cannot be undone."))
    return to_order(number, _("The transfer of %(amount)s is undone.", amount=euro(payment.cents)))


def _ask_about(purchase: Purchase, form: TransferForm) -> Response | None:
    """The question whether a transfer that does not fit is right; None for one that fits, was recorded or confirmed."""
    with services().orders.reading() as session:
        known = session.scalar(select(Payment.id).where(Payment.idempotency_key == f"transfer.{form.key.data}"))
        left = -surplus_cents(session, purchase)
        twice = _is_recorded(session, purchase, form)
    if known is not None or (form.cents == left and not twice):
        return None
    if twice:
        text = _("A transfer of %(amount)s with this day and reference is recorded already. Record another one?")
        return ask_if_sure(purchase.number, text % {"amount": euro(form.cents)})
    amount, open_ = euro(form.cents), euro(max(0, left))
    if form.cents < left:
        text = _("%(amount)s is less than the %(open)s to be paid: %(rest)s stays to be paid. Record it?")
        return ask_if_sure(purchase.number, text % {"amount": amount, "open": open_, "rest": euro(left - form.cents)})
    text = _("%(amount)s is more than the %(open)s to be paid: %(rest)s is to be sent back. Record it?")
    return ask_if_sure(
        purchase.number, text % {"amount": amount, "open": open_, "rest": euro(form.cents - max(0, left))}
    )


def _is_recorded(session: Session, purchase: Purchase, form: TransferForm) -> bool:
    """Whether the order has a transfer of this amount, day and reference: perhaps the same one, typed twice."""
    alike = select(BankTransfer.payment_id).join(Payment, Payment.id == BankTransfer.payment_id)
    own = alike.where(Payment.purchase_id == purchase.id, Payment.cents == form.cents)
    own = own.where(
        BankTransfer.undone_at.is_(None),
        BankTransfer.booked_on == form.booked_on.data,
        BankTransfer.reference == form.reference.data,
    )
    return session.scalar(own.limit(1)) is not None


@bp.post("/orders/<number>/refunds/<int:refund_id>/transferred")
@requires("order.transfer")
def transfer_back(number: str, refund_id: int) -> Response:
    """Note that a refund was transferred from the shop's bank account; the shopper gets a mail."""
    with services().orders.writing() as session:
        purchase = locked(session, number)
        refund = session.get(Refund, refund_id) if refund_id <= LARGEST_ID else None
        if refund is None or refund.purchase_id != purchase.id:
            abort(HTTPStatus.NOT_FOUND)
        if is_by_hand(purchase, refund):
            note_sent_refund(session, refund_id, None, now(), who=author_of_request())
    return to_order(number, _("The transfer back is noted; the shopper gets a mail."))
