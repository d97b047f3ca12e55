"""Changes of a basket as a form sends them: products added, removed or put back, quantities replaced or changed by one.

All of them or none.
"""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from catalog.models import Product
from catalog.orders.basket import MOST_LINES, MOST_PACKS
from catalog.orders.stock import Count, available
from catalog.queries.products import published_products
from shop.web.i18n import gettext as _
from shop.web.i18n import ngettext
from shop.web.services import services
from shop.web.words import shown_text

QUANTITY = "quantity-"
_ID = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)  # fits PostgreSQL's integer
_COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)
_PUT_BACK = re.compile(rf"({_ID.pattern})\.([1-9][0-9]?)", re.ASCII)


class BasketChange(Struct):
    """Quantities after a change, or why it is refused: by product id, and `general` for what concerns no line.

    `typed` has the quantities as they were typed, so that a refused form shows them again.
    """

    quantities: dict[int, int]
    errors: dict[int, str] = field(default_factory=dict)
    general: list[str] = field(default_factory=list)
    typed: dict[int, str] = field(default_factory=dict)

    @property
    def is_refused(self) -> bool:
        return bool(self.errors or self.general)


def read_change(session: Session, before: Mapping[int, int], form: MultiDict[str, Any]) -> BasketChange:
    """The change of a basket that a form asks for."""
    change = BasketChange(dict(before))
    added, removed = _ids(change, form.getlist("add")), _ids(change, form.getlist("remove"))
    for product_id in removed:
        change.quantities.pop(product_id, None)
    put_back = _PUT_BACK.fullmatch(form.get("put_back", ""))
    if put_back:
        product_id = int(put_back[1])
        change.quantities[product_id] = max(int(put_back[2]), change.quantities.get(product_id, 0))
        added = [*added, product_id]
    elif not added and not removed:
        _replace(change, form)
        _step(change, form)
    else:
        for product_id in added:
            change.quantities[product_id] = change.quantities.get(product_id, 0) + 1
    _refuse_what_cannot_be_had(change, session, before, added)
    return change


def _ids(change: BasketChange, given: list[str]) -> list[int]:
    if all(_ID.fullmatch(one) for one in given):
        return list(dict.fromkeys(map(int, given)))
    change.general.append(_("We do not have this product, or no longer."))
    return []


def _replace(change: BasketChange, form: MultiDict[str, Any]) -> None:
    """Take over the quantities of the form; 0 removes a product."""
    for product_id in list(change.quantities):
        typed = form.get(f"{QUANTITY}{product_id}")
        if typed is None:
            continue
        change.typed[product_id] = typed
        if not _COUNT.fullmatch(typed.strip()):
            change.errors[product_id] = _("Enter a whole number of packs, or 0 to remove the product.")
        elif int(typed) == 0:
            del change.quantities[product_id]
        else:
            change.quantities[product_id] = int(typed)


def _step(change: BasketChange, form: MultiDict[str, Any]) -> None:
    """One pack more or less of a product, counted from the quantity in its field; none left removes it."""
    for name, step in (("more", 1), ("less", -1)):
        for product_id in _ids(change, form.getlist(name)):
            if product_id in change.quantities and product_id not in change.errors:
                change.quantities[product_id] += step
                if not change.quantities[product_id]:
                    del change.quantities[product_id]


def _refuse_what_cannot_be_had(
    change: BasketChange, session: Session, before: Mapping[int, int], added: list[int]
) -> None:
    """Refuse more than there is in stock, more than a shopper takes, and products that are not for sale."""
    if len(change.quantities) > MOST_LINES:
        change.general.append(_("A basket holds at most %(most)d products.", most=MOST_LINES))
        return
    products = published_products(session, change.quantities)
    left = available(services().orders, [Count.of(product) for product in products.values()])
    for product_id, quantity in change.quantities.items():
        if quantity <= before.get(product_id, 0) or product_id in change.errors:
            continue
        reason = _reason_against(products.get(product_id), quantity, left.get(product_id, 0))
        if reason and product_id in added and product_id not in before:
            change.general.append(reason)
        elif reason:
            change.errors[product_id] = reason


def _reason_against(product: Product | None, quantity: int, left: int) -> str:
    if product is None:
        return _("We do not have this product, or no longer.")
    name = shown_text(product, "name")
    if not left:
        return _("%(name)s is sold out.", name=name)
    if quantity > MOST_PACKS:
        return _("At most %(most)d packs of one product fit in a basket.", most=MOST_PACKS)
    if quantity > left:
        return ngettext(
            "We have %(num)d pack of %(name)s left.", "We have %(num)d packs of %(name)s left.", left, name=name
        )
    return ""
