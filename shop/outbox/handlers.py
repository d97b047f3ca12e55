"""Handlers of jobs, by kind. Each may run twice, and does the same again without harm."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from catalog.accounts.people import all_accounts
from catalog.models import Product, Role
from catalog.orders import outbox, restock
from catalog.orders.models import (
    Document,
    Payment,
    Purchase,
    PurchaseEvent,
    PurchaseState,
    Recall,
    RecallNotice,
    Refund,
    RestockWish,
    Shipment,
    Terms,
    Withdrawal,
)
from catalog.orders.payments import purchase_for_update
from catalog.orders.returns import decided_lines
from catalog.queries.products import published_products
from shop.ordering.availability import products_back, update_marks
from shop.ordering.supply import calendar_of, supplies
from shop.outbox import letters
from shop.outbox.documents import issue_credit, issue_invoice, make_pdf
from shop.outbox.post import Attachment, post
from shop.payments import steps
from shop.web.absolute_urls import base_url
from shop.web.i18n import DEFAULT
from shop.web.services import Services, services_of
from shop.web.words import shown_text

Handler = Callable[[Services, int], None]


def handle(app: Flask, kind: str, row_id: int) -> None:
    """Do a job, within the language of its order. Raises KeyError for a kind that this version does not know."""
    shared = services_of(app)
    if row_id == outbox.NOBODY:
        return
    language = _language(shared, kind, row_id)
    if language is None:
        return
    base = shared.settings.public_url or shared.settings.served_at
    with app.test_request_context(f"/{language}/", base_url=base):
        HANDLERS[kind](shared, row_id)


def _language(shared: Services, kind: str, row_id: int) -> str | None:
    """The language of the order or wish that a job is about, that of staff for others; None for an erased wish."""
    if kind == restock.LOW_JOB:
        return DEFAULT
    owner: Any = outbox.owner_of(kind)
    with shared.orders.reading() as session:
        if owner is RestockWish:
            wish = session.get(RestockWish, row_id)
            return wish.language if wish is not None and wish.email else None
        row = session.get_one(owner, row_id)
        purchase_id = row.id if isinstance(row, Purchase) else row.purchase_id
        return session.get_one(Purchase, purchase_id).language


def _mail_of_purchase(write: Callable[[Purchase], letters.Letter], name: str) -> Handler:
    def mail(shared: Services, purchase_id: int) -> None:
        with shared.orders.reading() as session:
            purchase = session.get_one(Purchase, purchase_id)
            if purchase.erased_at is None:
                post(letters.checked(write(purchase), purchase), f"{name}.{purchase.number}")

    return mail


def _mail_receipt(shared: Services, purchase_id: int) -> None:
    with shared.orders.reading() as session:
        waits = session.get_one(Purchase, purchase_id).state is PurchaseState.PLACED
    if waits:  # one that is confirmed by now gets the confirmation alone
        _mail_of_purchase(letters.receipt, "receipt")(shared, purchase_id)


def _mail_confirmation(shared: Services, purchase_id: int) -> None:
    with shared.orders.reading() as session:
        purchase = session.get_one(Purchase, purchase_id)
        _post_confirmation(session, purchase, f"confirmation.{purchase.number}")


def _post_confirmation(session: Session, purchase: Purchase, key: str) -> None:
    letter = letters.confirmation(purchase, session.get_one(Terms, purchase.terms_version))
    files = [Attachment(f"{one.number}.pdf", one.pdf) for one in purchase.documents if one.pdf is not None]
    if supplies(purchase):
        files.append(Attachment(f"{purchase.number}.ics", calendar_of(purchase), "text/calendar"))
    post(letters.checked(letter, purchase), key, files)


def _mail_confirmation_again(shared: Services, event_id: int) -> None:
    """Mail the confirmation anew, under a name of its own, so that mail programs show it beside the first."""
    with shared.orders.reading() as session:
        event = session.get_one(PurchaseEvent, event_id)
        purchase = session.get_one(Purchase, event.purchase_id)
        if purchase.erased_at is None:
            _post_confirmation(session, purchase, f"confirmation-{event.id}.{purchase.number}")


def _mail_link(shared: Services, purchase_id: int) -> None:
    """Mail the link of an order again, under a name of its own each time."""
    key = f"link-{int(shared.clock().timestamp())}"
    _mail_of_purchase(letters.order_link, key)(shared, purchase_id)


def _mail_shipment(shared: Services, shipment_id: int) -> None:
    with shared.orders.reading() as session:
        shipment = session.get_one(Shipment, shipment_id)
        purchase = session.get_one(Purchase, shipment.purchase_id)
        if purchase.erased_at is None and shipment.undone_at is None:
            letter = letters.checked(letters.on_its_way(purchase, shipment), purchase)
            post(letter, f"shipment-{shipment.id}.{purchase.number}")


def _mail_return_decided(shared: Services, event_id: int) -> None:
    with shared.orders.reading() as session:
        event = session.get_one(PurchaseEvent, event_id)
        purchase = session.get_one(Purchase, event.purchase_id)
        if purchase.erased_at is None:
            letter = letters.checked(letters.return_decided(purchase, decided_lines(event)), purchase)
            post(letter, f"return-{event.id}.{purchase.number}")


def _mail_recall(shared: Services, notice_id: int) -> None:
    """Mail a recall, unless it was mailed or the person was erased meanwhile."""
    with shared.orders.reading() as session:
        notice = session.get_one(RecallNotice, notice_id)
        purchase = session.get_one(Purchase, notice.purchase_id)
        if notice.mailed_at is not None or purchase.erased_at is not None:
            return
        recall = session.get_one(Recall, notice.recall_id)
        post(letters.recall(purchase, recall), f"recall-{notice.id}.{purchase.number}")
    with shared.orders.writing() as session:
        session.get_one(RecallNotice, notice_id).mailed_at = shared.clock()


def _mail_tracking(shared: Services, shipment_id: int) -> None:
    _mail_about_parcel(shared, shipment_id, "tracking", letters.followed)


def _mail_shipment_undone(shared: Services, shipment_id: int) -> None:
    _mail_about_parcel(shared, shipment_id, "shipment-undone", letters.not_on_its_way)


def _mail_about_parcel(
    shared: Services, shipment_id: int, key: str, write: Callable[[Purchase, Shipment], letters.Letter]
) -> None:
    with shared.orders.reading() as session:
        shipment = session.get_one(Shipment, shipment_id)
        purchase = session.get_one(Purchase, shipment.purchase_id)
        if purchase.erased_at is None:
            post(letters.checked(write(purchase, shipment), purchase), f"{key}-{shipment.id}.{purchase.number}")


def _mail_withdrawal(shared: Services, withdrawal_id: int) -> None:
    with shared.orders.reading() as session:
        withdrawal = session.get_one(Withdrawal, withdrawal_id)
        purchase = session.get_one(Purchase, withdrawal.purchase_id)
        said = (withdrawal.name, withdrawal.reason)
        letter = letters.checked(letters.acknowledgement(purchase, withdrawal), purchase, by_shopper=said)
        post(letter, f"withdrawal-{withdrawal.id}.{purchase.number}")
    with shared.orders.writing() as session:
        row = session.get_one(Withdrawal, withdrawal_id)
        row.acknowledged_at = row.acknowledged_at or shared.clock()


def _mail_refund(shared: Services, refund_id: int) -> None:
    with shared.orders.reading() as session:
        refund = session.get_one(Refund, refund_id)
        purchase = session.get_one(Purchase, refund.purchase_id)
        post(letters.checked(letters.refunded(purchase, refund), purchase), f"refund-{refund.id}.{purchase.number}")


def _issue_invoice(shared: Services, purchase_id: int) -> None:
    """Issue the invoice, then mail the confirmation, which the law wants whether a PDF can be made or not."""
    with shared.orders.writing() as session:
        purchase = purchase_for_update(session, purchase_id)
        document = issue_invoice(session, purchase, shared.clock())
        issue_credit(session, purchase, shared.clock())  # where less was owed before the invoice was written
    with suppress(Exception):  # the job that makes it is planned already, and says what is wrong
        _make_pdf(shared, document.id)
    with shared.orders.writing() as session:
        outbox.enqueue(session, "mail_confirmation", purchase_id, shared.clock())


def _issue_credit(shared: Services, purchase_id: int) -> None:
    with shared.orders.writing() as session:
        issue_credit(session, purchase_for_update(session, purchase_id), shared.clock())


def _make_pdf(shared: Services, document_id: int) -> None:
    with shared.orders.reading() as session:
        document = session.get_one(Document, document_id)
        pdf = document.pdf or make_pdf(document.snapshot, document.issued_on)
    with shared.orders.writing() as session:
        session.get_one(Document, document_id).pdf = pdf


def _start_payment(shared: Services, payment_id: int) -> None:
    with shared.orders.reading() as session:
        payment = session.get_one(Payment, payment_id)
        waits = session.get_one(Purchase, payment.purchase_id).state is PurchaseState.PLACED
    if waits and payment.provider_id is None:
        steps.begin_stored(shared, payment_id, base_url())


def _see_payment(shared: Services, payment_id: int) -> None:
    steps.ask(shared, payment_id)


def _awaited(catalogue: Session, wish: RestockWish) -> Product | None:
    """The product of a wish; None while it is not in the shop."""
    return published_products(catalogue, [wish.product_id]).get(wish.product_id)


def _mail_restock_question(shared: Services, wish_id: int) -> None:
    with shared.orders.reading() as session, shared.databases.session_for_reading() as catalogue:
        wish = session.get_one(RestockWish, wish_id)
        product = _awaited(catalogue, wish)
        if product is not None and wish.confirmed_at is None:
            post(letters.checked_parts(letters.restock_question(wish, product)), f"restock-question-{wish.id}")


def _mail_restocked(shared: Services, wish_id: int) -> None:
    """Send the one mail that was asked for, and erase the address; what is sold out again meanwhile is waited for."""
    with shared.orders.reading() as session, shared.databases.session_for_reading() as catalogue:
        wish = session.get_one(RestockWish, wish_id)
        product = _awaited(catalogue, wish)
        is_back = product is not None and bool(products_back(shared, [wish.product_id]))
        if is_back and product is not None:
            post(letters.checked_parts(letters.restocked(wish, product)), f"restocked-{wish.id}")
    with shared.orders.writing() as session:
        (restock.erase_wish if is_back else restock.put_back)(session, wish_id)


def _mail_low_stock(shared: Services, day: int) -> None:
    """Mail every owner the products that got low since the last such mail."""
    with shared.orders.reading() as session, shared.databases.session_for_reading() as catalogue:
        levels = restock.low_untold(session)
        products = published_products(catalogue, [level.product_id for level in levels])
        rows = [
            (f"{shown_text(products[one.product_id], 'name')} ({products[one.product_id].sku})", one.available)
            for one in levels
            if one.product_id in products
        ]
        owners = [one.email for one in all_accounts(catalogue) if one.role is Role.OWNER and one.active]
    for number, email in enumerate(owners if rows else ()):
        post(letters.low_stock(email, rows), f"low-stock-{date.fromordinal(day).isoformat()}-{number}")
    with shared.orders.writing() as session:
        restock.note_told(session, [level.product_id for level in levels])


HANDLERS: Mapping[str, Handler] = {
    "mail_receipt": _mail_receipt,
    "mail_confirmation": _mail_confirmation,
    "mail_expired": _mail_of_purchase(letters.expired, "expired"),
    "mail_paid_too_late": _mail_of_purchase(letters.paid_too_late, "paid-too-late"),
    "mail_confirmation_again": _mail_confirmation_again,
    "mail_link": _mail_link,
    "mail_shipment": _mail_shipment,
    "mail_tracking": _mail_tracking,
    "mail_shipment_undone": _mail_shipment_undone,
    "mail_return_decided": _mail_return_decided,
    "mail_recall": _mail_recall,
    "mail_withdrawal": _mail_withdrawal,
    "mail_refund": _mail_refund,
    "issue_invoice": _issue_invoice,
    "issue_credit": _issue_credit,
    "make_pdf": _make_pdf,
    "start_payment": _start_payment,
    "see_payment": _see_payment,
    "send_refund": steps.send_refund,
    "check_availability": update_marks,
    "mail_restock_question": _mail_restock_question,
    "mail_restocked": _mail_restocked,
    restock.LOW_JOB: _mail_low_stock,
}
