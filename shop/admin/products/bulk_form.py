"""Form of the bulk bar below the list of products, and the action that it asks for."""

import re
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session
from wtforms import RadioField, SelectField, StringField, ValidationError

from catalog.edits.bulk_actions import (
    MOST_CENTS,
    MOST_PERCENT,
    Action,
    BrandChange,
    PlannedReduction,
    PriceChange,
    ReductionChange,
    Rounding,
    StatusChange,
    VeganChange,
)
from catalog.models import Status
from catalog.product_problems import ProductProblem, in_euro
from catalog.queries.brands import KnownBrands
from shop.admin.products.labels import rounding_name
from shop.admin.products.planning import MOMENT, moment_typed
from shop.admin.products.request import one_line
from shop.web.forms import ShopForm
from shop.web.i18n import current_language
from shop.web.i18n import gettext as _

STATUSES = {"publish": Status.PUBLISHED, "archive": Status.ARCHIVED, "draft": Status.DRAFT}
VEGAN = {"true": True, "false": False, "unknown": None}
REDUCED = {"true": True, "false": False}
_CHANGE = re.compile(r"(?P<sign>[+-]?)(?P<amount>[0-9]{1,5}(?:[.,][0-9]{1,2})?)(?P<unit>[%€]?)", re.ASCII)


def _tidied(text: str | None) -> str:
    return one_line(text or "")


class BulkForm(ShopForm):
    """The products, the action, and the values that some actions need."""

    which = RadioField(default="ticked", validate_choice=False)
    action = SelectField(validate_choice=False)
    change = StringField(filters=[_tidied], render_kw={"autocomplete": "off", "placeholder": "-10"})
    by = SelectField(default="percent", validate_choice=False)
    rounding = SelectField(default=Rounding.CENT.value, validate_choice=False)
    to_vegan = SelectField(validate_choice=False)
    to_brand = StringField(filters=[_tidied], render_kw={"autocomplete": "off", "list": "brands"})
    to_reduced = SelectField(validate_choice=False)
    begins = StringField(render_kw=MOMENT)
    ends = StringField(render_kw=MOMENT)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        labels = {
            "action": _("Change"),
            "change": _("How much (-10 or 2.50)"),
            "by": _("In"),
            "rounding": _("Rounded"),
            "to_vegan": _("Vegan"),
            "to_brand": _("Brand"),
            "to_reduced": _("Announced as a reduction"),
            "begins": _("Begins (Dutch time)"),
            "ends": _("Ends (Dutch time)"),
        }
        for name, label in labels.items():
            self[name].label.text = str(label)
        self.action.choices = [
            ("publish", _("Publish")),
            ("archive", _("Archive")),
            ("draft", _("Make draft")),
            ("price", _("Change prices")),
            ("reduction", _("Reduction from … to …")),
            ("vegan", _("Vegan")),
            ("brand", _("Brand")),
            ("reduced", _("Announced reduction")),
        ]
        self.by.choices = [("percent", _("percent")), ("euro", _("euro"))]
        self.rounding.choices = [(each.value, rounding_name(each)) for each in Rounding]
        self.to_vegan.choices = [("true", _("yes")), ("false", _("no")), ("unknown", _("not stated"))]
        self.to_reduced.choices = [("true", _("yes")), ("false", _("no"))]

    def refuse(self, name: str, reason: object) -> None:
        """Add an error to a field."""
        self[name].errors = [*self[name].errors, str(reason)]


def read_action(form: BulkForm, session: Session) -> Action | None:
    """The action that the form asks for; None after an error at a field of the form."""
    kind = form.action.data or ""
    if kind in STATUSES:
        return StatusChange(STATUSES[kind])
    if kind in ("price", "reduction"):
        return _price_change(form) if kind == "price" else _reduction(form)
    if kind == "brand":
        return _brand_change(form, session)
    if kind == "vegan" and form.to_vegan.data in VEGAN:
        return VeganChange(VEGAN[form.to_vegan.data])
    if kind == "reduced" and form.to_reduced.data in REDUCED:
        return ReductionChange(REDUCED[form.to_reduced.data])
    form.refuse(f"to_{kind}" if kind in ("vegan", "reduced") else "action", _("Choose one of the list."))
    return None


def _price_change(form: BulkForm) -> PriceChange | None:
    """A price change by percent or euro; a sign behind the number decides which, else the choice beside it."""
    roundings = [each.value for each in Rounding]
    if (form.rounding.data or Rounding.CENT) not in roundings:
        form.refuse("rounding", _("Choose one of the list."))
        return None
    rounding = Rounding(form.rounding.data or Rounding.CENT)
    match = _CHANGE.fullmatch((form.change.data or "").replace(" ", "").replace("−", "-").replace("€-", "-€"))
    amount = Decimal(match["sign"] + match["amount"].replace(",", ".")) if match else Decimal(0)
    in_percent = (match["unit"] if match and match["unit"] else {"euro": "€"}.get(form.by.data or "", "%")) == "%"
    if in_percent and -100 < amount <= MOST_PERCENT and amount:  # noqa: PLR2004 - a whole price off leaves none
        return PriceChange(percent=amount, rounding=rounding)
    if not in_percent and abs(amount) * 100 <= MOST_CENTS and amount:
        return PriceChange(cents=int(amount * 100), rounding=rounding)
    if in_percent:
        reason = _("Fill in a percentage above -100 and at most %(most)d, such as -10 or 2,5.", most=MOST_PERCENT)
    else:
        most = in_euro(MOST_CENTS).in_language(current_language())
        reason = _("Fill in an amount in euro of at most %(most)s up or down, such as -1 or 2,50.", most=most)
    form.refuse("change", reason)
    return None


def _reduction(form: BulkForm) -> PlannedReduction | None:
    """A cut of prices from one moment to another."""
    price, moments = _price_change(form), []
    if price is not None and (price.percent or price.cents) > 0:
        form.refuse("change", _("A reduction goes down, such as -10."))
    for name in ("begins", "ends"):
        try:
            moments.append(moment_typed(form[name]))
        except ValidationError as error:
            form.refuse(name, error)
    if price is None or form.errors:
        return None
    return PlannedReduction(price, *moments)


def _brand_change(form: BulkForm, session: Session) -> BrandChange | None:
    """Another brand by any spelling of its name; a new brand is added with a product or under Brands."""
    typed = form.to_brand.data or ""
    found = KnownBrands(session).find(typed) if typed else None
    if found is None:
        problem = ProductProblem("brand", "no-such-brand" if typed else "missing", {"name": typed})
        form.refuse("to_brand", problem.text(current_language()))
        return None
    return BrandChange(found.name)
