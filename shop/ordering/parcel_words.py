"""Words about a parcel: its packs with lot and best-before date, how to take them, and the notes for everybody.

Nothing here depends on a visitor's answers, which never meet an order.
"""

from collections.abc import Sequence
from datetime import date

from babel.dates import format_date

from catalog.models import Unit
from catalog.orders.models import Purchase, PurchaseLine, Shipment
from shop.web.database import get_ruleset
from shop.web.i18n import current_language, in_current_language, ngettext
from shop.web.i18n import gettext as _
from shop.web.words import counted_units


def how_to_take(line: PurchaseLine) -> str:
    """The units a day and the directions of the label, as sold."""
    daily = _("%(units)s a day", units=counted_units(line.units_per_day, Unit(line.unit)))
    return f"{daily}. {line.directions}".strip()


def packs_of_parcel(purchase: Purchase, shipment: Shipment) -> list[tuple[PurchaseLine, str, str]]:
    """The lines of a parcel: what was ordered, the packs in words, and lot with best-before date."""
    lines = {line.position: line for line in purchase.lines}
    found = []
    for one in shipment.lines:
        line = lines[one.position]
        packs = ngettext("%(num)d pack", "%(num)d packs", one.quantity)
        found.append((line, packs, lot_words(one.lot, one.best_before)))
    return found


def lot_words(lot: str, best_before: date | None) -> str:
    """A lot, and until when it is best."""
    parts = [_("lot %(lot)s", lot=lot)] if lot else []
    if best_before is not None:
        locale = "nl_NL" if current_language() == "nl" else "en_GB"
        parts.append(_("best before %(day)s", day=format_date(best_before, "d MMMM y", locale=locale)))
    return ", ".join(parts)


def notes_for_everybody() -> Sequence[str]:
    """The notes of every product page: who should ask first, hours from medicines, limit, side effects."""
    return [in_current_language(note.text) for note in get_ruleset().product_notes]
