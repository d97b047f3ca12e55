"""Numbers, money, amounts and counts in cells, with a decimal comma or point.

A number with two possible meanings is refused, not guessed. Every function raises CellRefusedError.
"""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from catalog.exchange.reading.table import Cell
from catalog.exchange.row_errors import CellRefusedError
from recommend.chemistry import UG_PER_MG

UG_PER_UNIT = {
    "g": 1_000_000,
    "gr": 1_000_000,
    "gram": 1_000_000,
    "kg": 1_000_000_000,
    "mg": UG_PER_MG,
    "milligram": UG_PER_MG,
}
UG_PER_UNIT |= dict.fromkeys(("ug", "μg", "mcg", "microgram"), 1)
MEASURES = {"g": 1, "gr": 1, "gram": 1, "kg": 1000, "ml": 1, "cl": 10, "dl": 100, "l": 1000, "liter": 1000}
_PIECES = (
    "caps?|v-?caps?|vegicaps?|kaps(?:els?)?|capsules?|tabs?|tabl|tablet(?:ten|s)?|stuks?|st|pcs|pieces?|softgels?|"
    "scoops?|(?:maat)?schep(?:jes?|pen)?|servings?|porties?|units?|ml|x"
)

_NUMBER = r"[0-9]+(?:[ .,'’][0-9]+)*"
_PLAIN = re.compile(r"[0-9]+")
_DECIMAL = re.compile(r"([0-9]+)[.,]([0-9]+)")
_EITHER = re.compile(r"([1-9][0-9]{0,2})[.,]([0-9]{3})")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([.,' ’])[0-9]{3})(?:\1[0-9]{3})*(?:(?!\1)[.,]([0-9]+))?")
_MONEY = re.compile(
    rf"(?P<before>[^\d\s.,'’-]*|[^\W\d]+) ?(?P<number>{_NUMBER})(?P<dash>[,.]?[-–—]{{1,2}})? ?(?P<after>[^\d]*)"
)
_EURO = {"", "€", "eur", "euro", "euros"}
_CURRENCIES = {
    "£": "GBP", "$": "USD", "¥": "JPY", "zł": "PLN", "kr": "SEK/NOK/DKK", "pond": "GBP", "pound": "GBP",
    "pounds": "GBP", "dollar": "USD", "us$": "USD", "fr": "CHF",
}  # fmt: skip
_ISO = re.compile(r"[a-z]{3}")
_AMOUNT = re.compile(rf"(?P<number>{_NUMBER}) ?(?P<unit>[a-zμ]*)(?: (?:elementair|elemental))?(?: (?:magnesium|mg))?")
_COUNT = re.compile(rf"(?P<number>{_NUMBER}) ?(?:{_PIECES})?\.?")
_STOCK = re.compile(rf"(?P<number>{_NUMBER}) ?(?:stuks?|st|pcs|pieces?|units?|op voorraad|in stock|x)?\.?")
_PER_DAY = re.compile(
    rf"(?:(?:dagelijks|daily|per dag) )?(?P<number>{_NUMBER}) ?(?:(?:{_PIECES}|keer|maal|times?|×) ?)?"
    r"(?:per dag|per day|a day|daags|daily|dagelijks|p/?d|/ ?dag|/ ?day|each day|dd)?\.?"
)


def normal(cell: Cell) -> str:
    """Normalised text of a cell: compatible characters made plain, single blanks, lower case."""
    return " ".join(unicodedata.normalize("NFKC", str(cell)).casefold().split())


def number(text: str) -> Decimal:
    """A number in digits; 1.234 is refused, since it may be 1,234 or 1234."""
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if either := _EITHER.fullmatch(text):
        small, large = f"{either[1]},{either[2]}", either[1] + either[2]
        raise CellRefusedError("ambiguous", small=small, small_clear=small + "0", large=large)
    if decimal := _DECIMAL.fullmatch(text):
        return Decimal(f"{decimal[1]}.{decimal[2]}")
    if grouped := _GROUPED.fullmatch(text):
        decimals = grouped[2]
        whole = text[: -len(decimals) - 1] if decimals else text
        return Decimal("".join(re.findall("[0-9]", whole)) + (f".{decimals}" if decimals else ""))
    raise CellRefusedError("not-a-number")


def _numeric(cell: Cell) -> Decimal | None:
    """The number of a typed cell (JSON, XLSX), None for text."""
    if isinstance(cell, bool) or not isinstance(cell, int | Decimal):
        return None
    if cell < 0:
        raise CellRefusedError("negative")
    return Decimal(cell)


def whole(value: Decimal, code: str = "not-whole") -> int:
    """An integer. Raises CellRefusedError with the code for a fraction."""
    try:
        integer = int(value)
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise CellRefusedError(code) from error
    if integer != value:
        raise CellRefusedError(code)
    return integer


def cents(cell: Cell, *, euro_assumed: bool) -> int:
    """An amount in euro, as cents. A cell without a currency needs `euro_assumed`."""
    value = _numeric(cell)
    if value is None:
        text = normal(cell)
        _refuse_negative(text)
        match = _MONEY.fullmatch(text)
        if match is None:
            raise CellRefusedError("not-a-price")
        currency = match["before"].strip() or match["after"].strip(" .")
        if match["before"].strip() and match["after"].strip(" ."):
            raise CellRefusedError("not-a-price")
        if _names_currency(currency):
            require_euro(currency)
        else:
            raise CellRefusedError("not-a-price")
        euro_assumed = euro_assumed or bool(currency)
        value = number(match["number"])
    if not euro_assumed:
        raise CellRefusedError("which-currency")
    return whole(value * 100, "fine-price")


def _names_currency(name: str) -> bool:
    return name in _EURO or name in _CURRENCIES or bool(_ISO.fullmatch(name))


def require_euro(text: str) -> None:
    """Raise CellRefusedError for any currency but the euro."""
    name = normal(text)
    if name in _EURO:
        return
    if _names_currency(name):
        raise CellRefusedError("foreign-currency", currency=_CURRENCIES.get(name, name.upper()))
    raise CellRefusedError("unclear-currency")


def micrograms(cell: Cell, default: str = "mg") -> int:
    """An amount in micrograms; a number without a unit has the default one, of UG_PER_UNIT."""
    value, unit = _numeric(cell), default
    if value is None:
        text = normal(cell)
        _refuse_negative(text)
        match = _AMOUNT.fullmatch(text)
        if match is None or (match["unit"] and match["unit"] not in UG_PER_UNIT):
            raise CellRefusedError("not-an-amount")
        value, unit = number(match["number"]), match["unit"] or default
    return whole(value * UG_PER_UNIT[unit], "too-fine")


def measure(cell: Cell, default: str = "g") -> int | float:
    """The content of a pack in g or ml with at most two decimals; a number without a unit has the default one."""
    value, unit = _numeric(cell), default
    if value is None:
        text = normal(cell)
        _refuse_negative(text)
        match = _AMOUNT.fullmatch(text)
        if match is None or (match["unit"] and match["unit"] not in MEASURES):
            raise CellRefusedError("not-a-measure")
        value, unit = number(match["number"]), match["unit"] or default
    hundredths = whole(value * MEASURES[unit] * 100, "not-a-measure")
    return hundredths / 100 if hundredths % 100 else hundredths // 100


def count(cell: Cell) -> int:
    """A count, such as "60 caps"."""
    return _read_count(cell, _COUNT, "not-a-count")


def stock(cell: Cell) -> int:
    """A number of packs, such as "40 stuks"; "60 caps" is the content of one pack, and refused."""
    return _read_count(cell, _STOCK, "not-a-count")


def per_day(cell: Cell) -> int:
    """Units a day, such as "2 x per dag"."""
    return _read_count(cell, _PER_DAY, "not-per-day")


def _read_count(cell: Cell, pattern: re.Pattern[str], code: str) -> int:
    value = _numeric(cell)
    if value is None:
        text = normal(cell)
        _refuse_negative(text)
        match = pattern.fullmatch(text)
        if match is None:
            raise CellRefusedError(code)
        value = number(match["number"])
    return whole(value)


def _refuse_negative(text: str) -> None:
    if re.match(r"[^0-9]{0,4}[-–−][^0-9]{0,2}[0-9]", text):
        raise CellRefusedError("negative")
