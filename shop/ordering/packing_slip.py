"""Packing slip of an order as PDF: address, packs, lots, how to take them; no prices."""

from datetime import date

import msgspec

from catalog.orders.models import Purchase, Shipment
from shop.ordering.order_words import delivery_of
from shop.ordering.parcel_words import how_to_take, notes_for_everybody, packs_of_parcel
from shop.web.i18n import gettext as _
from shop.web.i18n import ngettext
from shop.web.owner_settings import owner_settings, seller
from shop.web.pdf import make_pdf


def packing_slip(purchase: Purchase, shipment: Shipment | None, day: date) -> bytes:
    """The slip of a parcel; without one that of all that is left to send, without lots."""
    if shipment is None:
        packs = [
            (line, ngettext("%(num)d pack", "%(num)d packs", line.unsent), "") for line in purchase.lines if line.unsent
        ]
    else:
        packs = packs_of_parcel(purchase, shipment)
    known = seller()
    house = f"{purchase.street} {purchase.house_number} {purchase.addition}".strip()
    country = _("Netherlands") if purchase.country == "NL" else _("Belgium")
    to = [purchase.company, purchase.name, house, f"{purchase.postcode} {purchase.town}", country]
    to += [delivery_of(purchase)] if purchase.point else []
    from_ = [known.name, known.address, known.email, known.phone]
    complaint = _("Is something wrong with your parcel? Write to %(email)s.", email=known.email) if known.email else ""
    back, back_words = owner_settings().return_address, _("Return address")
    contents = {
        "language": purchase.language,
        "title": _("Packing slip"),
        "number": purchase.number,
        "trial": _("Trial: nothing is charged, nothing is sold and nothing is sent.") if purchase.trial else "",
        "from": [part for part in from_ if part] or [_("A trial has no seller.")],
        "to": [part for part in to if part],
        "head": [_("Packs"), _("Product"), _("How to take it")],
        "rows": [
            [count, " · ".join(part for part in (f"{line.name} ({line.brand})", lot) if part), how_to_take(line)]
            for line, count, lot in packs
        ],
        "notes_words": _("Good to know"),
        "notes": list(notes_for_everybody()),
        "back": [part for part in (complaint, f"{back_words}: {back}" if back else "") if part],
    }
    return make_pdf("packing_slip.typ", msgspec.json.encode(contents).decode(), day)
