"""Field limits: lengths, ranges and formats of every field, apart from chemistry and claims."""

import re
from collections.abc import Iterator
from operator import attrgetter, gt

from stdnum import ean

from catalog.prices import UG_PER_100MG
from catalog.product_problems import ProductProblem
from catalog.product_state import TEXTS, ProductState
from recommend.text import LANGUAGES

LONGEST_SKU, LONGEST_SLUG = 64, 120
SKU = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST_SKU - 1}}}", re.ASCII)
SLUG = re.compile(rf"(?=.{{1,{LONGEST_SLUG}}}\Z)[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
LONGEST = {"name": 200, "summary": 2_000, "ingredients": 5_000, "directions": 2_000, "storage": 1_000}
"""Characters, by text."""
LONGEST_NAME = 100
LONGEST_ALT = 250
LONGEST_ADDRESS = 300
TEXT_FIELDS = tuple(f"{name}_{language}" for name in TEXTS for language in LANGUAGES)
_LIMITS = {field: LONGEST[field[:-3]] for field in TEXT_FIELDS}
_LIMITS |= {"brand": LONGEST_NAME, "supplier": LONGEST_NAME, "alt_nl": LONGEST_ALT, "alt_en": LONGEST_ALT}
_texts = attrgetter(*_LIMITS)
_MARKUP = re.compile(r"<[a-zA-Z/!?]")
_REQUIRED = ("brand", *TEXT_FIELDS, "price_cents", "units_per_pack", "units_per_day", "net_quantity")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but tab and line feed
MOST = {
    "price_cents": 1_000_000,
    "stock": 10_000_000,
    "units_per_pack": 10_000,
    "units_per_day": 1_000,
    "net_quantity": 100_000,
}
"""The largest number that a field accepts; the smallest is 0."""
MOST_LINES = 40
"""As many as fit on a page; real labels have far fewer."""
MOST_UG = 100_000_000
"""100 g in one unit: far above any label."""
MOST_DERIVED = 2**31 - 1
"""The maximum of the derived columns: 2 kg of magnesium a day, two million euro for 100 mg."""


def field_problems(state: ProductState) -> Iterator[ProductProblem]:
    """Values that no product may have, not even a draft."""
    if not SKU.fullmatch(state.sku):
        yield ProductProblem("sku", "not-a-sku")
    if not SLUG.fullmatch(state.slug):
        yield ProductProblem("slug", "not-a-slug")
    if state.ean is not None and not ean.is_valid(state.ean):
        yield ProductProblem("ean", "not-an-ean")
    yield from _text_problems(state)
    for name, most in MOST.items():
        if not 0 <= getattr(state, name) <= most:
            yield _out_of_range(name, most)
    if len(state.composition) > MOST_LINES:
        yield ProductProblem("composition", "too-many-lines", {"most": str(MOST_LINES)})
    for line in state.composition:
        for amount in (line.compound_ug, line.elemental_ug):
            if amount is not None and amount > MOST_UG:
                yield _out_of_range("composition", MOST_UG)


def derived_problems(state: ProductState, magnesium_ug: int) -> Iterator[ProductProblem]:
    """Values whose derived columns would exceed MOST_DERIVED; `magnesium_ug` is elemental, per unit."""
    if magnesium_ug > MOST_UG:
        yield _out_of_range("composition", MOST_UG)
    elif magnesium_ug:
        if state.units_per_day > (most := MOST_DERIVED // magnesium_ug):
            yield _out_of_range("units_per_day", most)
        most = MOST_DERIVED * magnesium_ug * state.units_per_pack // (10 * UG_PER_100MG)
        if state.units_per_pack and state.price_cents > most:
            yield _out_of_range("price_cents", most)


def _out_of_range(field: str, most: int) -> ProductProblem:
    """The range in the units of the form: mg and euro."""
    shown = {"price_cents": f"{most // 100}", "composition": f"{most // 1000} mg"}
    return ProductProblem(field, "out-of-range", {"least": "0", "most": shown.get(field, str(most))})


def _text_problems(state: ProductState) -> Iterator[ProductProblem]:
    texts = _texts(state)
    together = "".join(texts)
    # Nearly all products have no problem: one check of all texts together suffices.
    plain = together.isprintable() or not _CONTROL.search(together)
    if plain and "<" not in together and not any(map(gt, map(len, texts), _LIMITS.values())):
        return
    for (field, most), value in zip(_LIMITS.items(), texts, strict=True):
        yield from text_problems(field, value, most)


def text_problems(field: str, value: str, most: int) -> Iterator[ProductProblem]:
    """Reasons to refuse a text: longer than `most` characters, control characters, markup."""
    if len(value) > most:
        yield ProductProblem(field, "too-long", {"most": str(most)})
    if _CONTROL.search(value):
        yield ProductProblem(field, "control-character")
    if "<" in value and _MARKUP.search(value):
        yield ProductProblem(field, "markup")


def missing_fields(state: ProductState) -> Iterator[ProductProblem]:
    """The fields that a product needs before it can be published."""
    alt_texts = ("alt_nl", "alt_en") if state.picture else ()
    for field in (*_REQUIRED, *alt_texts):
        value = getattr(state, field)
        if not (value.strip() if isinstance(value, str) else value):
            yield ProductProblem(field, "missing")
    if not state.composition:
        yield ProductProblem("composition", "no-composition")
