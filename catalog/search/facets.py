"""The facets of the listing: their values, their bands, and the values of one product."""

from collections.abc import Iterator
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple, Protocol

from msgspec import Struct

from catalog.models import Beside
from catalog.search.tokens import words_in
from recommend.chemistry import UG_PER_MG
from recommend.ingredients.vocabulary import load_vocabulary
from recommend.loading import DATA
from recommend.text import Text

YES = "true"
"""The only value of a yes/no facet."""


class Facet(StrEnum):
    """A facet's name, also its query parameter.

    Several values of one facet widen, except those of ALL_APPLY; several facets narrow.
    """

    FORM = "form"
    COMPOSITION = "composition"
    DOSAGE_FORM = "dosage_form"
    MG_PER_DAY = "mg_per_day"
    PRICE_PER_100MG = "price_per_100mg"
    PRICE_PER_DAY = "price_per_day"
    DAYS_SUPPLY = "days_supply"
    VEGAN = "vegan"
    WITHOUT = "without"
    UNSWEETENED = "unsweetened"
    OTHER_ACTIVES = "other_actives"
    WITHOUT_ACTIVE = "without_active"
    BRAND = "brand"
    IN_STOCK = "in_stock"

    __hash__ = str.__hash__  # as quick as a string: each listing looks up some hundred of them


ALL_APPLY = (Facet.WITHOUT, Facet.WITHOUT_ACTIVE)
"""Facets whose values exclude: a product needs all that are chosen. Unknown is never "without"."""
STATED = "*"
"""The value of ALL_APPLY facets that every product has which states what it holds."""
ALONE, BLEND = "none", "some"
"""The values of OTHER_ACTIVES; a product that does not state its substances has neither."""

PURE, MIXED = "pure", "blend"
"""The values of COMPOSITION: one form of magnesium, or several."""


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
DAY_PRICE_BANDS = _bands(10, 20, 30, 40)
"""Cents for the label's daily portion."""
SUPPLY_BANDS = _bands(30, 60, 90, 180)
"""Days that a pack lasts at the label's daily portion."""
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
    def tenth_cents_per_day(self) -> int: ...
    @property
    def days_supply(self) -> int: ...
    @property
    def ingredients(self) -> Text: ...
    @property
    def vegan(self) -> bool | None: ...
    @property
    def allergens(self) -> tuple[str, ...]: ...
    @property
    def allergens_stated(self) -> bool: ...
    @property
    def other_actives(self) -> tuple[str, ...]: ...
    @property
    def beside(self) -> Beside: ...
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
    price_per_day: str
    days_supply: str
    unsweetened: bool
    vegan: bool | None
    allergens: tuple[str, ...] | None
    other_actives: tuple[str, ...]
    other_actives_stated: bool
    brand: str
    in_stock: bool


def values_of(product: HasFacets) -> tuple[tuple[Facet, str], ...]:
    """Every facet value of a product; those of ALL_APPLY are what it holds, which these filters exclude, and STATED."""
    source = _FacetSource(
        product.forms,
        product.dosage_form,
        _mg_band(product.magnesium_per_day_ug),
        _price_band(product.tenth_cents_per_100mg),
        _day_price_band(product.tenth_cents_per_day),
        _supply_band(product.days_supply),
        _is_unsweetened(product.ingredients),
        product.vegan,
        product.allergens if product.allergens_stated else None,
        product.other_actives,
        product.beside is not Beside.UNKNOWN,
        product.brand,
        product.stock > 0,
    )
    return _values(source)


@lru_cache(4096)
def _values(source: _FacetSource) -> tuple[tuple[Facet, str], ...]:
    return (
        *((Facet.FORM, form) for form in source.forms),
        (Facet.COMPOSITION, PURE if len(source.forms) == 1 else MIXED),
        (Facet.DOSAGE_FORM, source.dosage_form),
        (Facet.MG_PER_DAY, source.mg_per_day),
        (Facet.PRICE_PER_100MG, source.price_per_100mg),
        (Facet.PRICE_PER_DAY, source.price_per_day),
        (Facet.DAYS_SUPPLY, source.days_supply),
        *(((Facet.UNSWEETENED, YES),) if source.unsweetened else ()),
        *(((Facet.VEGAN, YES),) if source.vegan else ()),
        *_held(Facet.WITHOUT, source.allergens),
        *_held(Facet.WITHOUT_ACTIVE, source.other_actives if source.other_actives_stated else None),
        *_alone_or_blend(source),
        (Facet.BRAND, source.brand),
        *(((Facet.IN_STOCK, YES),) if source.in_stock else ()),
    )


def _alone_or_blend(source: _FacetSource) -> Iterator[tuple[Facet, str]]:
    if source.other_actives:
        yield Facet.OTHER_ACTIVES, BLEND
    elif source.other_actives_stated:
        yield Facet.OTHER_ACTIVES, ALONE


def _held(facet: Facet, values: tuple[str, ...] | None) -> Iterator[tuple[Facet, str]]:
    """Substances or allergens that a product holds, and STATED; nothing while it does not state them."""
    if values is not None:
        yield from ((facet, value) for value in (*values, STATED))


@lru_cache(4096)
def _mg_band(ug: int) -> str:
    return _band(MG_BANDS, ug, UG_PER_MG)


@lru_cache(65536)
def _price_band(tenth_cents: int) -> str:
    return _band(PRICE_BANDS, tenth_cents, TENTHS_PER_CENT)


@lru_cache(65536)
def _day_price_band(tenth_cents: int) -> str:
    return _band(DAY_PRICE_BANDS, tenth_cents, TENTHS_PER_CENT)


@lru_cache(4096)
def _supply_band(days: int) -> str:
    return _band(SUPPLY_BANDS, days, 1)


@cache
def sweetener_words() -> frozenset[str]:
    """Every sweetener of the ingredient vocabulary by a word of its own, and the words for all of them."""
    words = {"zoetstof", "zoetstoffen", "sweetener", "sweeteners"}
    for sweetener in load_vocabulary(DATA).sweeteners:
        names = (name.replace("*", "") for name in (*sweetener.words.nl, *sweetener.words.en))
        words |= {name for name in names if name.isalpha()}
    return frozenset(words)


@lru_cache(4096)
def _is_unsweetened(ingredients: Text) -> bool:
    """Whether a list of ingredients is there and names no sweetener."""
    return bool(ingredients.nl) and sweetener_words().isdisjoint(words_in(f"{ingredients.nl} {ingredients.en}"))


def _band(bands: tuple[Band, ...], amount: int, unit: int) -> str:
    return next(band.name for band in bands if band.holds(amount, unit))


def facet_term(facet: Facet, value: str) -> str:
    return f"{facet}:{value}"
