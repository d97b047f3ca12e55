"""The facets that products are filtered on: which values there are, and which of them a product has."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

UG_PER_MG = 1000
YES = "true"
"""The value of a facet that a product has or has not."""


class Facet(StrEnum):
    """A facet's name, which is also its parameter in an address. Values of one widen, several facets narrow."""

    FORM = "form"
    DOSAGE_FORM = "dosage_form"
    MG_PER_DAY = "mg_per_day"
    PRICE_PER_100MG = "price_per_100mg"
    VEGAN = "vegan"
    WITHOUT = "without"
    BRAND = "brand"
    IN_STOCK = "in_stock"


class Band(Struct, frozen=True):
    """A range of amounts, above `over` up to and including `to`; None is no bound. Its name stands in addresses."""

    over: int | None
    to: int | None

    @property
    def name(self) -> str:
        if self.over is None:
            return f"to-{self.to}"
        return f"over-{self.over}" if self.to is None else f"{self.over}-{self.to}"

    def holds(self, amount: int, unit: int = 1) -> bool:
        """Whether an amount lies in it, when its bounds count `unit` each."""
        above = self.over is None or amount > self.over * unit
        return above and (self.to is None or amount <= self.to * unit)


def _bands(*bounds: int) -> tuple[Band, ...]:
    return tuple(Band(over, to) for over, to in zip((None, *bounds), (*bounds, None), strict=True))


MG_BANDS = _bands(100, 150, 200, 250)
"""Milligrams of elemental magnesium in the label's daily portion; 250 is the EU limit for supplements."""
PRICE_BANDS = _bands(10, 15, 20, 30)
"""Cents per 100 mg of elemental magnesium."""
TENTHS_PER_CENT = 10


class Faceted(Protocol):
    """What the facets of a product follow from."""

    @property
    def forms(self) -> tuple[str, ...]: ...
    @property
    def dosage_form(self) -> str: ...
    @property
    def magnesium_per_day_ug(self) -> int: ...
    @property
    def tenth_cents_per_100mg(self) -> int: ...
    @property
    def vegan(self) -> bool: ...
    @property
    def allergens(self) -> tuple[str, ...]: ...
    @property
    def brand(self) -> str: ...
    @property
    def stock(self) -> int: ...


def values_of(product: Faceted) -> Iterator[tuple[Facet, str]]:
    """Every facet value of a product; of allergens those that it contains, which `without` leaves out."""
    for form in product.forms:
        yield Facet.FORM, form
    yield Facet.DOSAGE_FORM, product.dosage_form
    yield Facet.MG_PER_DAY, band_of(MG_BANDS, product.magnesium_per_day_ug, UG_PER_MG)
    yield Facet.PRICE_PER_100MG, band_of(PRICE_BANDS, product.tenth_cents_per_100mg, TENTHS_PER_CENT)
    if product.vegan:
        yield Facet.VEGAN, YES
    for allergen in product.allergens:
        yield Facet.WITHOUT, allergen
    yield Facet.BRAND, product.brand
    if product.stock > 0:
        yield Facet.IN_STOCK, YES


def band_of(bands: tuple[Band, ...], amount: int, unit: int) -> str:
    return next(band.name for band in bands if band.holds(amount, unit))
