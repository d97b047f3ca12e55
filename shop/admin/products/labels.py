"""Labels of a product's fields, statuses, troubles and orders on the admin's pages."""

import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from babel.numbers import format_decimal
from flask import Flask

from catalog.edits.bulk_actions import Rounding
from catalog.models import Allergen, Batch, DosageForm, How, OtherActive, Product, Status, Unit
from catalog.product_problems import RefusedError
from catalog.product_words import ALLERGENS, DOSAGE_FORMS, STATUSES, UNITS
from catalog.queries.admin import Order, Trouble
from recommend.chemistry import half_up
from recommend.substances import load_substances
from shop.web.i18n import current_language, in_current_language
from shop.web.i18n import gettext as _

_PRICE_LABEL = re.compile(r"(?P<sign>[+-])(?P<amount>\d+(?:\.\d+)?)(?P<euro>€?)(?: (?P<rounding>95|99|5))?", re.ASCII)


def field_names() -> dict[str, str]:
    """By name of a `ProductState` field, in the order of the form."""
    dutch, english = _("Dutch"), _("English")
    texts = {
        "name": _("Name"),
        "summary": _("Summary"),
        "ingredients": _("Ingredients"),
        "directions": _("Use"),
        "storage": _("Storage"),
    }
    bilingual = {
        f"{name}_{code}": f"{label} ({language})"
        for name, label in texts.items()
        for code, language in (("nl", dutch), ("en", english))
    }
    return bilingual | {
        "sku": _("SKU"),
        "slug": _("Address in the shop"),
        "status": _("Status"),
        "brand": _("Brand"),
        "brand_address": _("Address of a new brand"),
        "supplier": _("Supplier"),
        "ean": _("EAN"),
        "composition": _("Composition"),
        "dosage_form": _("Kind of product"),
        "unit": _("Unit"),
        "units_per_pack": _("Units per pack"),
        "units_per_day": _("Daily portion on the label, in units"),
        "net_quantity": _("Net quantity in g (in ml for a liquid)"),
        "vegan": _("Vegan"),
        "allergens": _("Allergens"),
        "allergens_stated": _("The label's allergens are all ticked"),
        "other_actives": _("Other active substances"),
        "other_actives_stated": _("The label's other active substances are all named"),
        "price_cents": _("Price in euro, with VAT"),
        "reduced": _("Announce the price as a reduction"),
        "stock": _("Stock"),
        "picture": _("Picture"),
        "alt_nl": _("Description of the picture (%(language)s)", language=dutch),
        "alt_en": _("Description of the picture (%(language)s)", language=english),
        "more_pictures": _("Further pictures"),
    }


def field_name(field: str) -> str:
    """The label of a field, or of the description of a further picture, such as "alt_nl-2"."""
    name, _dash, number = field.partition("-")
    if name in ALTS and number:
        language = _("Dutch") if name.endswith("_nl") else _("English")
        return str(_("Description of picture %(number)s (%(language)s)", number=number, language=language))
    return field_names().get(field, field)


ALTS = ("alt_nl", "alt_en")


def is_of_pictures(field: str) -> bool:
    """Whether a field is on the page of the pictures, not on the form."""
    return field.partition("-")[0] in ("picture", "more_pictures", *ALTS)


def said_of(error: RefusedError) -> str:
    """Why a product is refused, in the reader's language."""
    problems = "; ".join(f"{field_name(one.field)} {one.text(current_language())}" for one in error.problems)
    return f"{error.sku}: {problems}"


def name_or_sku(product: Product) -> str:
    """The name of a product, in the other language where this one has none; its SKU while it has no name."""
    return in_current_language(product.name) or product.name_nl or product.name_en or product.sku


def status_name(status: Status) -> str:
    return in_current_language(STATUSES[Status(status)].name)


def how_name(how: How) -> str:
    names = {
        How.FORM: _("form"),
        How.BULK: _("in bulk"),
        How.IMPORT: _("import"),
        How.RESTORE: _("put back"),
        How.UNDO: _("undone"),
        How.SAMPLE: _("sample"),
        How.PLANNED: _("planned"),
    }
    return str(names[How(how)])


def batch_name(batch: Batch) -> str:
    """The label of a batch: the file's name, or the bulk change in words."""
    return bulk_name(batch.label) if batch.how in (How.BULK, How.UNDO) else batch.label


def bulk_name(label: str) -> str:
    """A bulk change in words, from the label of its batch; any other label as it is."""
    names = {
        "publish": _("Publish"),
        "archive": _("Archive"),
        "draft": _("Make draft"),
        "amounts": _("Prices and stock"),
        "vegan yes": _("Vegan: yes"),
        "vegan no": _("Vegan: no"),
        "vegan unknown": _("Vegan: not stated"),
        "reduced yes": _("Reduction: announced"),
        "reduced no": _("Reduction: not announced"),
    }
    if label in names:
        return str(names[label])
    if price := _PRICE_LABEL.fullmatch(label):
        return _price_change_name(price)
    kind, _blank, brand = label.partition(" ")
    return str(_("Brand: %(brand)s", brand=brand)) if kind == "brand" and brand else label


def _price_change_name(label: re.Match[str]) -> str:
    """The name of a price change, such as "Prijzen -10 %, naar boven op ,95"."""
    amount = format_decimal(Decimal(label["amount"]), "0.00" if label["euro"] else None, locale=current_language())
    if label["euro"]:
        change = str(_("Prices %(sign)s€ %(amount)s", sign=label["sign"], amount=amount))
    else:
        change = str(_("Prices %(percent)s%%", percent=f"{label['sign']}{amount}"))
    return f"{change}, {rounding_name(Rounding(label['rounding']))}" if label["rounding"] else change


def rounding_name(rounding: Rounding) -> str:
    names = {
        Rounding.CENT: _("to the cent"),
        Rounding.UP_95: _("up to .95"),
        Rounding.UP_99: _("up to .99"),
        Rounding.NEAREST_5: _("to the nearest 0.05"),
    }
    return str(names[rounding])


def dosage_form_name(value: DosageForm) -> str:
    return in_current_language(DOSAGE_FORMS[DosageForm(value)].name)


def unit_name(value: Unit) -> str:
    return in_current_language(UNITS[Unit(value)].name)


def option_name(value: str, field: str) -> str:
    """The name of a choice of a field that has choices, such as a unit; any other value as it is."""
    names: dict[str, tuple[type[StrEnum], Callable[[Any], str]]] = {
        "dosage_form": (DosageForm, dosage_form_name),
        "unit": (Unit, unit_name),
        "status": (Status, status_name),
    }
    kind, name = names.get(field, (None, str))
    return name(value) if kind and value in set(kind) else value


def allergen_name(value: Allergen) -> str:
    return in_current_language(ALLERGENS[Allergen(value)].name)


def other_active_name(active: OtherActive) -> str:
    """A substance with its amount per unit; an id that is no longer known as it is."""
    substance = load_substances().by_id.get(active.substance)
    name = in_current_language(substance.name) if substance else active.substance
    return f"{name} {format_decimal(active.amount, locale=current_language())} {active.unit.value}"


def trouble_name(trouble: Trouble) -> str:
    names = {
        Trouble.LABEL: _("ingredients contradict the label"),
        Trouble.BLOCKED: _("may not be said"),
        Trouble.WARNINGS: _("to be judged"),
        Trouble.CLAIM_CONDITION: _("claim condition not met"),
        Trouble.FORM_NOT_PERMITTED: _("form not permitted"),
        Trouble.NO_AMOUNT: _("no elemental amount"),
        Trouble.DUTCH_MISSING: _("Dutch text missing"),
        Trouble.ENGLISH_MISSING: _("English text missing"),
        Trouble.SOLD_OUT: _("sold out"),
    }
    return str(names[trouble])


def order_name(order: Order) -> str:
    names = {
        Order.NEWEST: _("newest first"),
        Order.SKU: _("SKU"),
        Order.NAME: _("name"),
        Order.PER_DAY: _("magnesium per day, most first"),
        Order.PER_100MG: _("price per 100 mg magnesium"),
        Order.STOCK: _("stock, least first"),
    }
    return str(names[order])


def share(fraction: Fraction) -> str:
    """A share as a percentage with two decimals, e.g. "14,10 %"."""
    hundredths = half_up(fraction * 10_000)
    separator = "," if current_language() == "nl" else "."
    return f"{hundredths // 100}{separator}{hundredths % 100:02}\N{NO-BREAK SPACE}%"


def init_app(app: Flask) -> None:
    """The names as filters of the templates."""
    for filter_ in (
        field_name,
        is_of_pictures,
        name_or_sku,
        status_name,
        how_name,
        batch_name,
        bulk_name,
        dosage_form_name,
        unit_name,
        allergen_name,
        option_name,
        other_active_name,
        trouble_name,
        order_name,
        rounding_name,
        share,
    ):
        app.add_template_filter(filter_)
