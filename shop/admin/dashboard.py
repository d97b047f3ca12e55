"""Dashboard: products that need attention, this week's changes, the catalogue in numbers."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import msgspec
from flask import render_template
from msgspec import Struct
from sqlalchemy.orm import Session

from catalog.orders.finding import PAGE, Alarms, OrderFilter, alarms, counts_by_filter
from catalog.orders.outbox import Waiting, waiting
from catalog.orders.stock_list import count_low
from catalog.queries.admin import PRICE_BOUNDS, Overview, Trouble, changes_since, overview, published_by_form
from catalog.queries.brands import BrandTrouble, brands_in_trouble
from catalog.search.snapshot import stamp_in_use
from recommend.knowledge import Ruleset
from shop.admin.blueprint import bp
from shop.admin.brands import trouble_name
from shop.admin.orders.words import FILTERS
from shop.admin.permissions import may, requires
from shop.admin.products.overrides import override_trouble_name
from shop.admin.ruleset_status import ruleset_status
from shop.admin.session import role_of_request
from shop.admin.settings import missing_settings
from shop.ordering.readiness import missing_facts
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import gettext as _
from shop.web.i18n import in_current_language
from shop.web.number_format import fine_euro
from shop.web.page_cache import cached_fragments, fragment_key, store_fragment
from shop.web.services import now, services, today

WEEK = timedelta(days=7)


@bp.get("/")
@requires("admin.enter")
def dashboard() -> str:
    session, ruleset = get_session(), get_ruleset()
    counted = _counted(session, ruleset)
    counts = counted.overview
    orders, money_alarms = _orders() if may(role_of_request(), "order.view") else ([], None)
    names = {form.id: in_current_language(form.short_name) for form in ruleset.forms.values()}
    return render_template(
        "admin/dashboard.html",
        overview=counts,
        troubles=[(trouble, counts.by_trouble[trouble]) for trouble in Trouble if counts.by_trouble[trouble]],
        brand_troubles=[(trouble, trouble_name(trouble), count) for trouble, count in counted.brands.items() if count],
        override_troubles=[
            (trouble, override_trouble_name(trouble), count) for trouble, count in counts.by_override.items() if count
        ],
        missing_settings=missing_settings(),
        missing_for_orders=list(missing_facts().values()) if counts.sells_real_products else [],
        outbox=_outbox(),
        orders=orders,
        alarms=money_alarms,
        low_stock=_low_stock() if may(role_of_request(), "stock.view") else 0,
        may_change_settings=may(role_of_request(), "settings.manage"),
        changes=changes_since(session, now() - WEEK),
        ruleset_status=ruleset_status(ruleset, now().date()),
        by_form=chart([(names.get(form, form), count) for form, count in counted.by_form.items()]),
        by_price=chart(list(zip(_bands(), counts.by_price, strict=True))),
    )


class _Counted(Struct, frozen=True):
    """The counts of the catalogue, which take most of the page's time at 20,000 products."""

    overview: Overview
    by_form: dict[str, int]
    brands: dict[BrandTrouble, int]


def _counted(session: Session, ruleset: Ruleset) -> _Counted:
    """The counts, made once for each revision of the catalogue and day; every write of it makes a new revision."""
    key = fragment_key("dashboard", stamp_in_use(session), ruleset.sha256)
    [known] = cached_fragments([key])
    if known is not None:
        return msgspec.json.decode(known, type=_Counted)
    brands = brands_in_trouble(session, ruleset.directory)
    counted = _Counted(
        overview(session, today()),
        published_by_form(session),
        {trouble: len(found) for trouble, found in brands.items()},
    )
    store_fragment(key, msgspec.json.encode(counted))
    return counted


def _orders() -> tuple[list[tuple[OrderFilter, str, str]], Alarms | None]:
    """The orders that wait, by filter, each with its number in words, and those whose money went astray.

    Counting ends above a page.
    """
    with services().orders.reading() as session:
        counts = counts_by_filter(session)
        found_alarms = alarms(session) if counts[OrderFilter.ATTENTION] else None
    found = [(one, str(FILTERS[one]), count) for one, count in counts.items() if count]
    rows = [(one, name, f"{PAGE}+" if count > PAGE else str(count)) for one, name, count in found]
    return rows, found_alarms


def _low_stock() -> int:
    """The products whose stock is low; counting ends above a page."""
    with services().orders.reading() as session:
        return count_low(session)


def _outbox() -> Waiting | None:
    """The state of the outbox, where somebody should look; None while all is well."""
    with services().orders.reading() as session:
        found = waiting(session, now())
    return found if found.is_late(now()) else None


def _bands() -> Sequence[str]:
    """The price bands in words."""
    between = [
        _("%(low)s to %(high)s", low=fine_euro(low), high=fine_euro(high)) for low, high in pairwise(PRICE_BOUNDS)
    ]
    first = _("up to %(high)s", high=fine_euro(PRICE_BOUNDS[0]))
    return [first, *between, _("above %(low)s", low=fine_euro(PRICE_BOUNDS[-1]))]


WIDTH, ROW, LABEL, GAP = 520, 26, 200, 8
NUMBER = 44
"""Room for the number behind the longest bar."""


class Bar(Struct, frozen=True):
    """A bar with its place in the drawing, in user units."""

    label: str
    count: int
    y: int
    length: int


class Chart(Struct, frozen=True):
    """A horizontal bar chart."""

    bars: Sequence[Bar]
    width: int = WIDTH
    left: int = LABEL
    row: int = ROW

    @property
    def height(self) -> int:
        return len(self.bars) * ROW + GAP


def chart(rows: Sequence[tuple[str, int]]) -> Chart:
    """A bar for each row; the longest fills the room there is."""
    most = max((count for _label, count in rows), default=0) or 1
    room = WIDTH - LABEL - NUMBER
    return Chart(
        [Bar(label, count, place * ROW + GAP // 2, room * count // most) for place, (label, count) in enumerate(rows)]
    )
