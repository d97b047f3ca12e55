"""Invoices and credit notes: numbers without gaps, contents that never change, and their PDF/UA.

The contents are stored as they were issued, words included; the PDF follows from them alone.
"""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_date
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.db.bulk import insert_new
from catalog.models import table_of
from catalog.orders import outbox
from catalog.orders.models import Document, DocumentKind, DocumentVat, NumberSeries, PaymentMethod, Purchase
from catalog.orders.money import VatSum, shares, vat_of_part
from catalog.orders.payments import owed_cents
from shop.ordering.order_words import delivery_of, unpaid_trial_words
from shop.web import pdf
from shop.web.i18n import current_language
from shop.web.i18n import gettext as _
from shop.web.number_format import euro
from shop.web.owner_settings import owner_settings, seller

ZONE = ZoneInfo("Europe/Amsterdam")


def issue_invoice(session: Session, purchase: Purchase, now: datetime) -> Document:
    """The invoice of a purchase; issued once."""
    known = next((one for one in purchase.documents if one.kind is DocumentKind.INVOICE), None)
    if known is not None:
        return known
    rows = [
        [f"{line.name} ({line.brand})", str(line.quantity), euro(line.unit_cents), euro(line.line_cents)]
        for line in purchase.lines
    ]
    rows.append([delivery_of(purchase), "1", euro(purchase.delivery_cents), euro(purchase.delivery_cents)])
    vat = [(one.percent, one.net_cents, one.vat_cents) for one in purchase.vat]
    contents = {"rows": rows} | _totals(purchase.total_cents, vat)
    return _issue(session, purchase, DocumentKind.INVOICE, contents, now, vat=vat)


def issue_credit(session: Session, purchase: Purchase, now: datetime) -> Document | None:
    """A credit note over what a purchase no longer costs and no note credited yet; None when there is nothing."""
    invoice = next((one for one in purchase.documents if one.kind is DocumentKind.INVOICE), None)
    if invoice is None:
        return None
    notes = [one for one in purchase.documents if one.kind is DocumentKind.CREDIT]
    before = sum(msgspec.json.decode(note.snapshot)["cents"] for note in notes)
    now_credited = purchase.total_cents - owed_cents(purchase) - before
    if now_credited <= 0:
        return None
    sums = [VatSum(one.percent, one.gross_cents, one.vat_cents) for one in purchase.vat]
    parts = vat_of_part(sums, before, now_credited)
    gross = _gross_parts(sums, before, now_credited)
    vat = [(percent, gross[percent] - cents, cents) for percent, cents in parts.items()]
    row = [_("Credit on invoice %(number)s", number=invoice.number), "1", euro(now_credited), euro(now_credited)]
    contents = {"rows": [row]} | _totals(now_credited, vat)
    return _issue(session, purchase, DocumentKind.CREDIT, contents, now, vat=vat)


def _gross_parts(sums: list[VatSum], before: int, part: int) -> dict[int, int]:
    weights = [one.gross_cents for one in sums]
    first, last = shares(before, weights), shares(before + part, weights)
    return {one.percent: last[place] - first[place] for place, one in enumerate(sums)}


def _totals(cents: int, vat: list[tuple[int, int, int]]) -> dict[str, Any]:
    return {
        "cents": cents,
        "total": euro(cents),
        "vat": [[_("%(percent)d%% VAT", percent=percent), euro(net), euro(tax)] for percent, net, tax in vat],
    }


def _issue(
    session: Session,
    purchase: Purchase,
    kind: DocumentKind,
    contents: dict[str, Any],
    now: datetime,
    *,
    vat: list[tuple[int, int, int]],
) -> Document:
    """A document with the next number of its series, dated by the calendar of the Netherlands."""
    day = now.astimezone(ZONE).date()
    number = _next_number(session, kind, purchase, day)
    snapshot = msgspec.json.encode(
        {"number": number, "language": current_language(), **_words(purchase, kind, day), **contents}
    ).decode()
    document = Document(
        purchase_id=purchase.id,
        kind=kind,
        number=number,
        issued_on=day,
        snapshot=snapshot,
        sha256=hashlib.sha256(snapshot.encode()).hexdigest(),
    )
    sign = -1 if kind is DocumentKind.CREDIT else 1
    document.vat = [
        DocumentVat(percent=percent, net_cents=sign * net, vat_cents=sign * tax) for percent, net, tax in vat
    ]
    session.add(document)
    session.flush()
    purchase.documents.append(document)
    outbox.enqueue(session, "make_pdf", document.id, now)
    return document


def _next_number(session: Session, kind: DocumentKind, purchase: Purchase, day: date) -> str:
    """The next number of a series, in this transaction: one that is rolled back gives its number back."""
    letter = {DocumentKind.INVOICE: "F", DocumentKind.CREDIT: "C"}[kind]
    name = f"{'T' if purchase.trial else ''}{letter}{day.year}"
    insert_new(session, table_of(NumberSeries), [{"name": name, "last": 0}])
    series = session.scalars(select(NumberSeries).where(NumberSeries.name == name).with_for_update()).one()
    series.last += 1
    return f"{name}-{series.last:05}"


def _words(purchase: Purchase, kind: DocumentKind, day: date) -> dict[str, Any]:
    """The words of a document in the language of the order, with seller and buyer."""
    known = seller()
    from_ = [known.name, known.address, known.email, known.phone]
    from_ += [f"KvK {known.kvk}" if known.kvk else None, known.vat]
    house = f"{purchase.street} {purchase.house_number} {purchase.addition}".strip()
    to = [purchase.company, purchase.vat_number, purchase.name, house, f"{purchase.postcode} {purchase.town}"]
    to += [_("Belgium")] if purchase.country == "BE" else []
    due = day + timedelta(days=14 + owner_settings().delivery_days)
    later = purchase.method is PaymentMethod.AFTER_DELIVERY
    return {
        "title": _("Invoice") if kind is DocumentKind.INVOICE else _("Credit note"),
        "trial": _("Trial: this document has no value.") if purchase.trial else "",
        "order": _("Order %(number)s", number=purchase.number),
        "date": format_date(day, "long", locale="nl" if current_language() == "nl" else "en_GB"),
        "due": due.isoformat() if later and kind is DocumentKind.INVOICE else "",
        "from": [part for part in from_ if part] or [_("A trial has no seller.")],
        "to": [part for part in to if part],
        "head": [_("Description"), _("Packs"), _("Price"), _("Sum")],
        "total_words": _("Total, VAT included"),
        "net_words": _("without VAT"),
        "date_words": _("Date"),
        "pay": _payment_words(purchase, kind),
    }


def _payment_words(purchase: Purchase, kind: DocumentKind) -> str:
    """How an invoice was or is to be paid; a credit note asks for nothing."""
    if kind is DocumentKind.CREDIT:
        return _("This lowers what the order costs. What was paid for it goes back to the account that it came from.")
    if purchase.method is PaymentMethod.ONLINE:
        return _("Paid online.")
    iban = owner_settings().seller_iban
    if not iban:
        return unpaid_trial_words(owed_cents(purchase))
    return _(
        "Please pay %(amount)s within 14 days after delivery to %(iban)s, with the number %(number)s.",
        amount=euro(owed_cents(purchase)),
        iban=iban,
        number=purchase.number,
    )


def make_pdf(snapshot: str, issued_on: date) -> bytes:
    """The PDF of a document as it was issued."""
    return pdf.make_pdf("invoice.typ", snapshot, issued_on)
