"""Basket: products with quantities, added up as a day's use: magnesium, other substances, days of supply, price.

A second pack of a product makes it last longer and adds nothing to a day; a second product does.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from msgspec import Struct

from catalog.models import Product
from catalog.other_actives import DailyAmount, daily_amounts, limits_exceeded
from catalog.prices import tenth_cents_per_100mg
from recommend.chemistry import UG_PER_MG
from recommend.knowledge import Form, Ruleset
from recommend.substances import Limit
from recommend.text import Text

MOST_LINES = 20
MOST_PACKS = 20
"""The largest quantity of one product."""


class BasketLine(Struct, frozen=True, dict=True):
    """A product and its number of packs."""

    product: Product
    quantity: int
    left: int
    """Packs that may still be ordered."""

    @property
    def cents(self) -> int:
        """Price of all packs, including VAT."""
        return self.product.price_cents * self.quantity

    @property
    def days(self) -> int:
        """Whole days that the packs last at the label's daily portion."""
        return self.product.units_per_pack * self.quantity // self.product.units_per_day

    def last_day(self, first: date) -> date:
        """The last day with a whole portion, taken from `first` on."""
        return first + timedelta(days=max(self.days - 1, 0))

    @property
    def magnesium_ug(self) -> int:
        """Elemental magnesium in all packs."""
        return self.product.magnesium_ug * self.product.units_per_pack * self.quantity


class SameCompound(Struct, frozen=True):
    """Products that contain one compound, under one name or two."""

    form: Form
    products: tuple[Product, ...]


class SubstanceSum(Struct, frozen=True):
    """A substance beside magnesium in the daily portions of all products, with the limits that the sum exceeds."""

    amount: DailyAmount
    products: tuple[Product, ...]
    exceeded: tuple[Limit, ...]


class Basket(Struct, frozen=True, dict=True):
    """The lines of a basket in the order in which they were added."""

    lines: tuple[BasketLine, ...]
    ruleset: Ruleset

    @property
    def products(self) -> tuple[Product, ...]:
        return tuple(line.product for line in self.lines)

    @cached_property
    def cents(self) -> int:
        """Price of all lines, including VAT."""
        return sum(line.cents for line in self.lines)

    @cached_property
    def magnesium_per_day_ug(self) -> int:
        """Elemental magnesium a day when every product is taken as its label says."""
        return sum(line.product.magnesium_per_day_ug for line in self.lines)

    @property
    def above_limit_ug(self) -> int:
        """The part of it above the EU's upper limit for supplements; 0 within it."""
        return max(0, self.magnesium_per_day_ug - self.ruleset.manifest.dose.upper_limit_mg * UG_PER_MG)

    @property
    def tenth_cents_per_100mg(self) -> int:
        """Price of 100 mg of elemental magnesium over the whole basket."""
        return tenth_cents_per_100mg(self.cents, sum(line.magnesium_ug for line in self.lines), 1)

    @cached_property
    def same_compounds(self) -> tuple[SameCompound, ...]:
        """Compounds that stand in more than one product, in the order of the ruleset."""
        forms = self.ruleset.forms
        containing: dict[str, list[Product]] = {}
        for product in self.products:
            for record in dict.fromkeys(forms[tag.form].record for tag in product.tags):
                containing.setdefault(record, []).append(product)
        return tuple(
            SameCompound(forms[record], tuple(containing[record]))
            for record in dict.fromkeys(form.record for form in forms.values())
            if len(containing.get(record, ())) > 1
        )

    @cached_property
    def other_substances(self) -> tuple[SubstanceSum, ...]:
        """Sums of the substances beside magnesium, vitamins and minerals first."""
        amounts: dict[str, DailyAmount] = {}
        found: dict[str, list[Product]] = {}
        for product in self.products:
            for one in daily_amounts(product.other_actives, product.units_per_day):
                key = one.substance.id
                before = amounts[key].micrograms if key in amounts else Decimal(0)
                amounts[key] = DailyAmount(one.substance, before + one.micrograms)
                found.setdefault(key, []).append(product)
        return tuple(
            SubstanceSum(amount, tuple(found[key]), tuple(limits_exceeded(amount, _ingredients(found[key]))))
            for key, amount in amounts.items()
        )

    @property
    def silent_on_substances(self) -> tuple[Product, ...]:
        """Products that do not state whether they contain other substances: no sum counts them."""
        return tuple(product for product in self.products if not product.other_actives_stated)

    @property
    def sold_out(self) -> tuple[BasketLine, ...]:
        """Lines with more packs than there are in stock."""
        return tuple(line for line in self.lines if line.quantity > line.left)


def _ingredients(products: Sequence[Product]) -> Text:
    return Text(
        " ; ".join(product.ingredients_nl for product in products),
        " ; ".join(product.ingredients_en for product in products),
    )


def make_basket(
    products: Mapping[int, Product], quantities: Mapping[int, int], left: Mapping[int, int], ruleset: Ruleset
) -> Basket:
    """A basket of published products, by id, with the packs that are left; an unknown one is left out."""
    lines = (BasketLine(products[id_], quantity, left[id_]) for id_, quantity in quantities.items() if id_ in products)
    return Basket(tuple(lines), ruleset)
