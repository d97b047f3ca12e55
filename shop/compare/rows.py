"""Rows of a comparison of products or forms, in the shopper's language."""

from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup
from msgspec import Struct

from catalog.models import Product
from catalog.prices import unit_price_cents
from catalog.queries.products import OnOffer
from recommend.knowledge import Ruleset
from shop.compounds.page import CompoundPage, compound_page
from shop.web.i18n import gettext as _
from shop.web.i18n import in_current_language
from shop.web.number_format import day_price, euro, fine_euro, percent, percent_of, whole_milligrams
from shop.web.words import (
    allergens_in_words,
    certainty_name,
    counted_units,
    dosage_form_name,
    language_attribute,
    other_actives_in_words,
    shown_text,
    yes_no_or_unknown,
)


class Row(Struct, frozen=True):
    """One property of everything compared, a cell for each; `best` are the cells to point out."""

    label: str
    cells: tuple[str, ...]
    best: frozenset[int] = frozenset()

    @property
    def differs(self) -> bool:
        return len(set(self.cells)) > 1


def rows_of_products(products: Sequence[Product], ruleset: Ruleset) -> list[Row]:
    """Products side by side; the lowest price of 100 mg magnesium is pointed out."""
    columns: list[tuple[str, Callable[[Product], str]]] = [
        (_("Form of magnesium"), lambda product: _forms(product, ruleset)),
        (_("Magnesium per day"), lambda product: whole_milligrams(product.magnesium_per_day_ug)),
        (
            _("Share of the EU's upper limit of %(mg)d mg", mg=ruleset.manifest.dose.upper_limit_mg),
            lambda product: percent_of(product.magnesium_per_day_ug, ruleset.manifest.dose.upper_limit_mg * 1000),
        ),
        (_("Daily portion"), lambda product: counted_units(product.units_per_day, product.unit)),
        (_("Magnesium per unit"), lambda product: whole_milligrams(product.magnesium_ug)),
        (_("Per 100 mg magnesium"), lambda product: fine_euro(product.tenth_cents_per_100mg)),
        (_("Cost per day"), lambda product: day_price(product.tenth_cents_per_day)),
        (_("Price"), lambda product: euro(product.price_cents)),
        (_("Content"), lambda product: counted_units(product.units_per_pack, product.unit)),
        (_("Per 100 g or 100 ml"), _unit_price),
        (_("Kind of product"), lambda product: dosage_form_name(product.dosage_form)),
        (_("Vegan"), lambda product: yes_no_or_unknown(product.vegan)),
        (_("Other active substances a day"), other_actives_in_words),
        (_("Allergens"), allergens_in_words),
        (_("Ingredients"), _ingredients),
        (_("Stock"), lambda product: _("In stock") if product.in_stock else _("Sold out")),
        (_("Brand"), lambda product: product.brand.name),
    ]
    rows = [Row(label, tuple(cell(product) for product in products)) for label, cell in columns]
    return [_pointed_out(row, [product.tenth_cents_per_100mg for product in products]) for row in rows]


def _ingredients(product: Product) -> str:
    """The ingredients without the marks of allergens, marked with their language where the page has another."""
    text = shown_text(product, "ingredients").replace("*", "")
    attribute = language_attribute(product)
    return Markup("<span{}>{}</span>").format(attribute, text) if attribute else text


def _pointed_out(row: Row, prices: Sequence[int]) -> Row:
    if row.label != _("Per 100 mg magnesium") or not row.differs:
        return row
    lowest = frozenset(place for place, price in enumerate(prices) if price == min(prices))
    return Row(row.label, row.cells, lowest)


def _forms(product: Product, ruleset: Ruleset) -> str:
    return ", ".join(in_current_language(ruleset.forms[tag.form].short_name) for tag in product.tags)


def _unit_price(product: Product) -> str:
    cents = unit_price_cents(product)
    return _("sold by number") if cents is None else euro(cents)


def rows_of_forms(ruleset: Ruleset, on_offer: Mapping[str, OnOffer]) -> list[Row]:
    """The ranked forms side by side, as their own pages have them."""
    pages = [compound_page(form, ruleset) for form in ruleset.ranked_compounds]
    columns: list[tuple[str, Callable[[CompoundPage], str]]] = [
        (_("Magnesium in the pure compound"), _share),
        (_("Compound for 100 mg magnesium"), _needed),
        (
            _("Evidence"),
            lambda page: ", ".join(certainty_name(rule.certainty) for rule in page.evidence),
        ),
        (_("What studies show"), lambda page: " ".join(in_current_language(rule.reason) for rule in page.evidence)),
        (_("Products in this shop"), lambda page: str(on_offer[page.form.id].total if page.form.id in on_offer else 0)),
        (_("Cheapest per 100 mg magnesium"), lambda page: _cheapest(page, on_offer)),
        (_("Name in EU law"), lambda page: _annex_ii(page, ruleset)),
    ]
    return [Row(label, tuple(cell(page) for page in pages)) for label, cell in columns]


def _share(page: CompoundPage) -> str:
    return percent(page.shares[0].magnesium) if page.shares else _("not stated")


def _needed(page: CompoundPage) -> str:
    return whole_milligrams(page.shares[0].compound_ug) if page.shares else _("not stated")


def _cheapest(page: CompoundPage, on_offer: Mapping[str, OnOffer]) -> str:
    offer = on_offer.get(page.form.id)
    return _("none here") if offer is None else fine_euro(offer.lowest_tenth_cents_per_100mg)


def _annex_ii(page: CompoundPage, ruleset: Ruleset) -> str:
    name = ruleset.forms[page.form.record].annex_ii
    return _("not permitted") if name is None else in_current_language(name)
