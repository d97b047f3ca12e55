"""Other active substances of a product: their notation, amounts a day against limits, and what they mean for advice."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from catalog.models import AmountUnit, Beside, OtherActive
from catalog.product_problems import Values
from recommend.ingredients.normal_form import words_of
from recommend.loading import DATA
from recommend.substances import MAGNESIUM, Limit, LimitKind, Substance, Substances, load_substances
from recommend.text import LANGUAGES, Text

MOST_OTHER_ACTIVES = 40
MOST_GRAMS = 100
"""More of a substance than this in one unit is a mistake."""
PUBLISHING_LIMITS: tuple[LimitKind, ...] = ("upper_limit", "dutch_maximum")
"""Kinds of limits above which a product cannot be published."""
_UNITS = {
    "g": AmountUnit.GRAM,
    "gram": AmountUnit.GRAM,
    "mg": AmountUnit.MILLIGRAM,
    "milligram": AmountUnit.MILLIGRAM,
    **dict.fromkeys(("µg", "μg", "ug", "mcg", "microgram"), AmountUnit.MICROGRAM),
}
_INTERNATIONAL = ("ie", "iu")
_PART = re.compile(r"(?P<name>.*?\S) +(?P<number>[0-9]+(?:[.,][0-9]+)*) ?(?P<unit>[a-zµμ]+)?", re.IGNORECASE)
_EITHER = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
"""A number that may be a thousand or have three decimals: 1.000 IU of vitamin D is not one unit."""
_NUMBER = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,6})?")


class OtherActiveError(ValueError):
    """A part of a list that cannot be read; `code` and `values` name the reason."""

    def __init__(self, code: str, **values: str | Text) -> None:
        self.code, self.values = code, values
        super().__init__(code)


def read_other_actives(text: str, directory: Path = DATA) -> tuple[OtherActive, ...]:
    """The substances of "vitamin_b6 1.4 mg; zinc 10 mg", under ids or names. Raises OtherActiveError."""
    parts = (part.strip() for part in text.split(";"))
    return one_each([_read(part, directory) for part in parts if part])


def _read(part: str, directory: Path) -> OtherActive:
    match = _PART.fullmatch(part)
    if match is None:
        key_of(part, directory)  # an unknown name is the first thing to say
        raise OtherActiveError("active-without-amount", words=part)
    if not match["unit"]:
        raise OtherActiveError("active-without-unit", words=part)
    return other_active(match["name"], match["number"], match["unit"], directory)


def other_active(name: str, number: str, unit: str, directory: Path = DATA) -> OtherActive:
    """A substance with an amount as typed; international units become the unit of its labels.

    Raises OtherActiveError.
    """
    key = key_of(name, directory)
    substance = load_substances(directory).by_id[key]
    if not _NUMBER.fullmatch(number):
        raise OtherActiveError("not-an-active-amount", words=number)
    if _EITHER.fullmatch(number):
        raise OtherActiveError("active-ambiguous", words=number)
    amount = Decimal(number.replace(",", "."))
    if unit.casefold() in _INTERNATIONAL:
        if substance.iu is None:
            raise OtherActiveError("no-international-unit", substance=substance.name)
        amount, known = amount * Decimal(str(substance.iu)), AmountUnit(substance.unit)
    elif (found := _UNITS.get(unit.casefold())) is not None:
        known = found
    else:
        raise OtherActiveError("unknown-active-unit", words=unit)
    active = OtherActive(key, _plain(amount), known)
    if not 0 < active.micrograms <= MOST_GRAMS * 1_000_000:
        raise OtherActiveError("active-out-of-range", substance=substance.name, most=f"{MOST_GRAMS} g")
    return active


def _plain(amount: Decimal) -> Decimal:
    """The number without trailing zeros or an exponent, so that equal amounts are written alike."""
    whole = amount.quantize(Decimal(1))
    return whole if whole == amount else amount.normalize()


def one_each(actives: Sequence[OtherActive]) -> tuple[OtherActive, ...]:
    """The list in the order of ids. Raises OtherActiveError for a substance that stands twice, or too many."""
    names = [active.substance for active in actives]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise OtherActiveError("active-twice", words=twice)
    if len(actives) > MOST_OTHER_ACTIVES:
        raise OtherActiveError("too-many-lines", most=str(MOST_OTHER_ACTIVES))
    return tuple(sorted(actives, key=lambda active: active.substance))


def key_of(name: str, directory: Path = DATA) -> str:
    """Id of a substance by its id or a name on labels. Raises OtherActiveError for an unknown name, and magnesium."""
    known = _keys(directory)
    key = known.get(words_of(name.replace("_", " ")))
    if key is None:
        raise OtherActiveError("unknown-substance", words=name)
    if key == MAGNESIUM:
        raise OtherActiveError("magnesium-is-composition")
    return key


@lru_cache(maxsize=4)
def _keys(directory: Path) -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for substance in load_substances(directory).by_id.values():
        for _, name in substance.names():
            found[words_of(name)] = substance.id
    for key in load_substances(directory).by_id:
        found[words_of(key.replace("_", " "))] = key
    return found


def amount_text(amount: Decimal) -> str:
    """An amount with a decimal point; three decimals get a fourth, since they could be read as thousands."""
    text = f"{amount:f}"
    return f"{text}0" if _EITHER.fullmatch(text) else text


def other_actives_text(actives: Iterable[OtherActive]) -> str:
    """A list as one cell; `read_other_actives` restores it exactly."""
    return "; ".join(f"{active.substance} {amount_text(active.amount)} {active.unit.value}" for active in actives)


class DailyAmount(Struct, frozen=True):
    """A substance in the daily portion of a product; `micrograms` is the amount a day."""

    substance: Substance
    micrograms: Decimal

    @property
    def in_label_unit(self) -> Decimal:
        """The amount in the unit of labels."""
        return _plain(self.micrograms / _micrograms_in(self.substance.unit))

    @property
    def reference_percent(self) -> int | None:
        """Share of the reference intake, rounded half up; None for a substance without one."""
        if self.substance.nrv is None:
            return None
        return int(self.in_label_unit * 100 / Decimal(str(self.substance.nrv)) + Decimal("0.5"))


def _micrograms_in(unit: str) -> int:
    return int(OtherActive("", Decimal(1), AmountUnit(unit)).micrograms)


def daily_amounts(actives: Sequence[OtherActive], units_per_day: int, directory: Path = DATA) -> list[DailyAmount]:
    """The substances of a daily portion, vitamins and minerals first, in the order of their data file."""
    if not actives:
        return []
    known = load_substances(directory).by_id
    amounts = {active.substance: active.micrograms * units_per_day for active in actives}
    return [DailyAmount(substance, amounts[key]) for key, substance in known.items() if key in amounts]


def limits_exceeded(
    amount: DailyAmount, ingredients: Text, kinds: Sequence[LimitKind] = PUBLISHING_LIMITS
) -> Iterator[Limit]:
    """Limits of some kinds that a daily amount exceeds.

    A limit on single compounds holds where the ingredients name one of them. Where they name none, the highest of these
    limits holds: more than that is too much of any of them.
    """
    limits = amount.substance.limits_of_kind(*kinds)
    for_all = [limit for limit in limits if not limit.only]
    for_some = [limit for limit in limits if limit.only]
    named = [limit for limit in for_some if _is_named(limit, ingredients)]
    for limit in (*for_all, *(named or for_some[-1:])):
        if amount.micrograms > Decimal(str(limit.micrograms)):
            yield limit


def _is_named(limit: Limit, ingredients: Text) -> bool:
    texts = [words_of(ingredients.in_language(language)) for language in LANGUAGES]
    return any(_holds(words, words_of(name)) for name in limit.only for words in texts)


def _holds(words: tuple[str, ...], name: tuple[str, ...]) -> bool:
    return any(words[start : start + len(name)] == name for start in range(len(words) - len(name) + 1))


class Declares(Protocol):
    """The fields of a product from which its kind follows: of its state, or of its row."""

    @property
    def other_actives(self) -> tuple[OtherActive, ...]: ...
    @property
    def other_actives_stated(self) -> bool: ...
    @property
    def units_per_day(self) -> int: ...
    @property
    def ingredients_nl(self) -> str: ...
    @property
    def ingredients_en(self) -> str: ...


def beside_magnesium(product: Declares, directory: Path = DATA) -> Beside:
    """Kind of a product by what it declares beside magnesium: to whom it may be suggested."""
    actives = product.other_actives
    if not product.other_actives_stated:
        return Beside.UNKNOWN
    if not actives:
        return Beside.NOTHING
    amounts = daily_amounts(actives, product.units_per_day, directory)
    ingredients = Text(product.ingredients_nl, product.ingredients_en)
    if len(amounts) < len(actives):  # an id that this version of the data does not know
        return Beside.NEVER
    for amount in amounts:
        kinds = [limit.kind for limit in amount.substance.limits]
        if not amount.substance.suggestable or any(limits_exceeded(amount, ingredients, kinds)):
            return Beside.NEVER
    return Beside.ORDINARY


def unknown_substances(actives: Iterable[OtherActive], substances: Substances) -> list[str]:
    """Ids that this version of the data does not know."""
    return [active.substance for active in actives if active.substance not in substances.by_id]


def above_limit(active: DailyAmount, limit: Limit) -> Values:
    """Values for the reason `above-limit`."""
    unit = limit.unit
    amount = _plain(active.micrograms / _micrograms_in(unit))
    return {
        "substance": active.substance.name,
        "amount": Text(f"{amount:f} {unit}".replace(".", ","), f"{amount:f} {unit}"),
        "limit": Text(f"{limit.amount:g} {unit}".replace(".", ","), f"{limit.amount:g} {unit}"),
        "source": limit.source,
    }
