"""The facets of the listing: their values, their bands, and the values of one product."""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Protocol

from msgspec import Struct

from recommend.chemistry import UG_PER_MG

YES = "true"
"""The only value of a yes/no facet."""


class Facet(StrEnum):
    """A facet's name, also its query parameter. Several values of one facet widen, except of
    `without`, which all apply; several facets narrow."""

    FORM = "form"
    DOSAGE_FORM = "dosage_form"
    MG_PER_DAY = "mg_per_day"
    PRICE_PER_100MG = "price_per_100mg"
    VEGAN = "vegan"
    WITHOUT = "without"
    BRAND = "brand"
    IN_STOCK = "in_stock"


class Band(Struct, frozen=True):
    """A range of amounts: above `over`, up to and including `to`; None means no bound. `name` is its value in
    addresses."""

    over: int | None
    to: int | None

    @property
    def name(self) -> str:
        if self.over is None:
            return f"to-{self.to}"
        return f"over-{self.over}" if self.to is None else f"{self.over}-{self.to}"

    def holds(self, amount: int, unit: int = 1) -> bool:
        """Whether an amount is inside the band; `unit` is the number of amount units per bound unit."""
        above = self.over is None or amount > self.over * unit
        return above and (self.to is None or amount <= self.to * unit)


def _bands(*bounds: int) -> tuple[Band, ...]:
    return tuple(Band(over, to) for over, to in zip((None, *bounds), (*bounds, None), strict=True))


MG_BANDS = _bands(100, 150, 200, 250)
"""Milligrams of elemental magnesium in the label's daily portion; 250 is the EU limit for supplements."""
PRICE_BANDS = _bands(10, 15, 20, 30)
"""Cents per 100 mg of elemental magnesium."""
TENTHS_PER_CENT = 10


class HasFacets(Protocol):
    """The fields from which facet values are derived."""

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


class _FacetSource(NamedTuple):
    """The facet-relevant fields of a product; a cache key, since many products share them."""

    forms: tuple[str, ...]
    dosage_form: str
    mg_per_day: str
    price_per_100mg: str
    vegan: bool
    allergens: tuple[str, ...]
    brand: str
    in_stock: bool


def values_of(product: HasFacets) -> tuple[tuple[Facet, str], ...]:
    """Every facet value of a product; its `without` values are the allergens in it, which that filter excludes."""
    source = _FacetSource(
        product.forms,
        product.dosage_form,
        _mg_band(product.magnesium_per_day_ug),
        _price_band(product.tenth_cents_per_100mg),
        product.vegan,
        product.allergens,
        product.brand,
        product.stock > 0,
    )
    return _values(source)


@lru_cache(4096)
def _values(source: _FacetSource) -> tuple[tuple[Facet, str], ...]:
    return (
        *((Facet.FORM, form) for form in source.forms),
        (Facet.DOSAGE_FORM, source.dosage_form),
        (Facet.MG_PER_DAY, source.mg_per_day),
        (Facet.PRICE_PER_100MG, source.price_per_100mg),
        *(((Facet.VEGAN, YES),) if source.vegan else ()),
        *((Facet.WITHOUT, allergen) for allergen in source.allergens),
        (Facet.BRAND, source.brand),
        *(((Facet.IN_STOCK, YES),) if source.in_stock else ()),
    )


@lru_cache(4096)
def _mg_band(ug: int) -> str:
    return _band(MG_BANDS, ug, UG_PER_MG)


@lru_cache(65536)
def _price_band(tenth_cents: int) -> str:
    return _band(PRICE_BANDS, tenth_cents, TENTHS_PER_CENT)


def _band(bands: tuple[Band, ...], amount: int, unit: int) -> str:
    return next(band.name for band in bands if band.holds(amount, unit))


def facet_term(facet: Facet, value: str) -> str:
    return f"{facet}:{value}"
