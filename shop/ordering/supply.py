"""Supply of an order: the day on which its packs are used up, as text and for a calendar, and ordering them again.

The link for that has ids of products alone: it knows no order, no person and no account, and counts nobody.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, make_response, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from catalog.orders.basket import MOST_LINES
from catalog.orders.models import Purchase, PurchaseState
from catalog.queries.products import published_products
from recommend.claims.check import check_text
from shop.web.absolute_urls import base_url
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import current_language, localized
from shop.web.i18n import gettext as _
from shop.web.owner_settings import owner_settings
from shop.web.security import never_store

bp = Blueprint("supply", __name__)
ZONE = ZoneInfo("Europe/Amsterdam")
REMIND_BEFORE = timedelta(days=7)
_ID = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_BOUND = (PurchaseState.PLACED, PurchaseState.CONFIRMED, PurchaseState.CLOSED)


class Supply(Struct, frozen=True):
    """A product of an order, and the last day with a whole portion, taken as its label says."""

    product_id: int
    name: str
    last_day: date


def supplies(purchase: Purchase) -> list[Supply]:
    """The supply of each product that was not withdrawn from, counted from its arrival; none for an ended order."""
    first = _first_day(purchase)
    return [
        Supply(line.product_id, line.name, first + timedelta(days=max(days - 1, 0)))
        for line in purchase.lines
        if purchase.state in _BOUND and line.units_per_day and line.quantity > line.withdrawn
        for days in [line.units_per_pack * (line.quantity - line.withdrawn) // line.units_per_day]
    ]


def _first_day(purchase: Purchase) -> date:
    """The day of arrival; before it, the last day on which it is promised (working days, weekends counted roughly)."""
    if purchase.delivered_at is not None:
        return purchase.delivered_at.astimezone(ZONE).date()
    working = owner_settings().delivery_days
    return purchase.placed_at.astimezone(ZONE).date() + timedelta(days=working + 2 * (working // 5))


def again_address(purchase: Purchase) -> str:
    """The address at which the products of an order are put into a basket again."""
    ids = sorted({line.product_id for line in purchase.lines})
    return base_url() + url_for("supply.again", p=ids)


def calendar_of(purchase: Purchase) -> bytes:
    """The supply as an iCalendar file (RFC 5545): a day for each product, with a reminder a week before."""
    from icalendar import Alarm, Calendar, Event  # a sixth of a second

    calendar = Calendar()
    calendar.add("prodid", "-//Magnesiumwijzer//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    again = _("Order again")
    for one in supplies(purchase):
        words = _words(one.name)
        event = Event()
        event.add("uid", f"supply-{one.product_id}.{purchase.number}@magnesiumwijzer")
        event.add("dtstamp", purchase.placed_at)
        event.add("dtstart", one.last_day)
        event.add("summary", words)
        event.add("description", f"{again}: {again_address(purchase)}")
        event.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", -REMIND_BEFORE)
        alarm.add("description", words)
        event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _words(name: str) -> str:
    """The title of a day; a name that the content check blocks is left out."""
    findings = check_text(name, current_language(), get_ruleset().directory, is_private=True)
    if any(finding.severity == "block" for finding in findings):
        return _("Your supply ends")
    return _("Your supply of %(name)s ends", name=name)


@localized(bp, nl="/nl/opnieuw-bestellen", en="/en/order-again")
def again() -> Response:
    """Products by their ids, to be put into the basket by a button; those that left the shop are counted."""
    given = request.args.getlist("p")
    ids: Sequence[int] = [int(one) for one in dict.fromkeys(given) if _ID.fullmatch(one)][:MOST_LINES]
    found = published_products(get_session(), ids)
    products = [found[id_] for id_ in ids if id_ in found]
    html = render_template("ordering/again.html", products=products, gone=len(ids) - len(products))
    return never_store(make_response(html))
