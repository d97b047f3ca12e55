"""Actions of a bulk change: status, prices, prices and stock as typed, vegan, brand, announced reduction.

Each names the `fields` that it changes, and the `label` of its batch in no language; pages word that label.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar

import msgspec
from msgspec import Struct

from catalog.models import Status
from catalog.product_state import ProductState
from recommend.chemistry import half_up

MOST_PERCENT = 1000
MOST_CENTS = 1_000_000
CENTS_PER_EURO = 100
FIVE_CENTS = 5
STATUS_LABELS = {Status.PUBLISHED: "publish", Status.ARCHIVED: "archive", Status.DRAFT: "draft"}
YES_NO_LABELS = {True: "yes", False: "no", None: "unknown"}


class Rounding(StrEnum):
    """The rounding of a new price: to the cent, up to the next price that ends so, or to the nearest 5 cents."""

    CENT = "cent"
    UP_95 = "95"
    UP_99 = "99"
    NEAREST_5 = "5"

    def cents(self, exact: Fraction) -> int:
        """The rounded price in cents; a price of 0 or less is only rounded to the cent, and refused later."""
        if self is Rounding.NEAREST_5:
            return half_up(exact / FIVE_CENTS) * FIVE_CENTS
        cents = half_up(exact)
        if self is Rounding.CENT or cents <= 0:
            return cents
        return cents + (int(self.value) - cents) % CENTS_PER_EURO


class StatusChange(Struct, frozen=True):
    """A new status: publishing, archiving, or making a draft again."""

    status: Status
    fields: ClassVar = ("status",)

    @property
    def label(self) -> str:
        return STATUS_LABELS[self.status]

    def applied_to(self, _product_id: int, state: ProductState) -> ProductState:
        return msgspec.structs.replace(state, status=self.status)


class PriceChange(Struct, frozen=True):
    """A price change by `percent` or, when that is 0, by `cents`; then rounded.

    `percent` is above -100 and at most MOST_PERCENT, `cents` at most MOST_CENTS either way.
    """

    percent: Decimal = Decimal(0)
    cents: int = 0
    rounding: Rounding = Rounding.CENT
    fields: ClassVar = ("price_cents",)

    @property
    def label(self) -> str:
        amount = f"{self.percent:+f}" if self.percent else f"{Decimal(self.cents) / CENTS_PER_EURO:+.2f}€"
        return amount if self.rounding is Rounding.CENT else f"{amount} {self.rounding}"

    def applied_to(self, _product_id: int, state: ProductState) -> ProductState:
        """The product with its new price; one without a price yet stays without."""
        if not state.price_cents:
            return state
        exact = Fraction(state.price_cents) * (100 + Fraction(self.percent)) / 100 + self.cents
        return msgspec.structs.replace(state, price_cents=self.rounding.cents(exact))

    def is_opposite(self, before: ProductState, after: ProductState) -> bool:
        """Whether rounding turned a cut into a rise, or a rise into a cut."""
        return (after.price_cents - before.price_cents) * (self.percent or self.cents) < 0


class Amounts(Struct, frozen=True):
    """The price in cents and the stock of a product."""

    price_cents: int
    stock: int


class AmountsChange(Struct, frozen=True):
    """Prices and stock as typed, by product id; other products stay as they are."""

    by_product: Mapping[int, Amounts]
    fields: ClassVar = ("price_cents", "stock")
    label: ClassVar = "amounts"

    def applied_to(self, product_id: int, state: ProductState) -> ProductState:
        typed = self.by_product.get(product_id)
        if typed is None:
            return state
        return msgspec.structs.replace(state, price_cents=typed.price_cents, stock=typed.stock)


class VeganChange(Struct, frozen=True):
    """Vegan: yes, no, or not stated (None)."""

    vegan: bool | None
    fields: ClassVar = ("vegan",)

    @property
    def label(self) -> str:
        return f"vegan {YES_NO_LABELS[self.vegan]}"

    def applied_to(self, _product_id: int, state: ProductState) -> ProductState:
        return msgspec.structs.replace(state, vegan=self.vegan)


class BrandChange(Struct, frozen=True):
    """Another brand, by the name that the catalogue has for it."""

    brand: str
    fields: ClassVar = ("brand",)

    @property
    def label(self) -> str:
        return f"brand {self.brand}"

    def applied_to(self, _product_id: int, state: ProductState) -> ProductState:
        return msgspec.structs.replace(state, brand=self.brand)


class ReductionChange(Struct, frozen=True):
    """The announcement of the present price as a reduction, on or off."""

    reduced: bool
    fields: ClassVar = ("reduced",)

    @property
    def label(self) -> str:
        return f"reduced {YES_NO_LABELS[self.reduced]}"

    def applied_to(self, _product_id: int, state: ProductState) -> ProductState:
        return msgspec.structs.replace(state, reduced=self.reduced)


class PlannedReduction(Struct, frozen=True):
    """A price change as a reduction from one moment to another; `edits.planned` plans it, nothing changes now."""

    price: PriceChange
    begins: datetime
    ends: datetime
    fields: ClassVar = ("price_cents",)

    @property
    def label(self) -> str:
        return self.price.label

    def applied_to(self, product_id: int, state: ProductState) -> ProductState:
        """The product as it is during the reduction; one whose price would not be lower stays as it is."""
        lower = self.price.applied_to(product_id, state)
        if not 0 < lower.price_cents < state.price_cents:
            return state
        return msgspec.structs.replace(lower, reduced=True)


Action = StatusChange | PriceChange | AmountsChange | VeganChange | BrandChange | ReductionChange | PlannedReduction
