"""The first page after signing in: what needs attention, what changed this week, what the catalogue holds."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from flask import render_template
from flask_babel import gettext as _

from catalog.queries.admin import Trouble
from catalog.queries.dashboard import PRICE_BANDS, changes_since, overview, published_by_form
from shop.admin.blueprint import bp
from shop.admin.charts import chart
from shop.admin.current import now
from shop.admin.facts import facts
from shop.admin.permissions import requires
from shop.database import get_ruleset, get_session
from shop.formats import fine_euro
from shop.i18n import in_current_language

WEEK = timedelta(days=7)


@bp.get("/")
@requires("admin.enter")
def start() -> str:
    session, ruleset = get_session(), get_ruleset()
    counts = overview(session)
    by_form = published_by_form(session)
    names = {form.id: in_current_language(form.short_name) for form in ruleset.forms.values()}
    return render_template(
        "admin/start.html",
        overview=counts,
        troubles=[(trouble, counts.by_trouble[trouble]) for trouble in Trouble if counts.by_trouble[trouble]],
        changes=changes_since(session, now() - WEEK),
        facts=facts(ruleset, now().date()),
        by_form=chart([(names.get(form, form), count) for form, count in by_form.items()]),
        by_price=chart(list(zip(_bands(), counts.by_price, strict=True))),
    )


def _bands() -> Sequence[str]:
    """The price bands in words."""
    between = [
        _("%(low)s to %(high)s", low=fine_euro(low), high=fine_euro(high)) for low, high in pairwise(PRICE_BANDS)
    ]
    first = _("up to %(high)s", high=fine_euro(PRICE_BANDS[0]))
    return [first, *between, _("above %(low)s", low=fine_euro(PRICE_BANDS[-1]))]
