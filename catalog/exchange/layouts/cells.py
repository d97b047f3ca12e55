"""Cells of a supplier's file: prices, stock, EAN, status, VAT and texts, with what must be asked or refused."""

import datetime as dt
import html
import re
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct
from stdnum import ean as ean_check

from catalog.exchange import numbers, values
from catalog.exchange.layouts.notes import Note, note
from catalog.exchange.row_errors import CellRefusedError, RowError
from catalog.models import Status
from recommend.text import Text

ASK = "ask"
"""The value of a field that the file says something about, but not clearly enough to fill it in."""
HIGH_PRICE_CENTS = 100_000


class RefusedRowError(Exception):
    """A cell that refuses its row."""

    def __init__(self, why: Note) -> None:
        self.why = why
        super().__init__(why.text("en"))


class Amount(Struct, frozen=True):
    """A price in euro as written, not rounded to cents."""

    euro: Decimal

    @property
    def cents(self) -> int | None:
        """Cents, None when there is a part of a cent."""
        cents = self.euro * 100
        return int(cents) if cents == cents.to_integral_value() else None

    def with_vat(self, rate: int) -> int:
        """Cents with VAT of a price without, half a cent upwards."""
        return int((self.euro * (100 + rate)).to_integral_value(ROUND_HALF_UP))


_POINT = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_PRICE = re.compile(r"(?P<before>[^\d,.\s-]*)\s*(?P<number>[0-9][0-9.,' ’]*?)(?:[,.]?[-–—]{1,2})?\s*(?P<after>[^\d]*)")


def price(value: str, *, point: bool) -> Amount:
    """A price, euro unless the cell names another currency. Raises RefusedRowError."""
    match = _PRICE.fullmatch(value.replace("\u00a0", " ").strip())
    if match is None:
        raise RefusedRowError(note("price-words", value=value))
    currency = (match["before"] + match["after"]).strip(" .")
    try:
        numbers.require_euro(currency)
        written = match["number"].strip().rstrip(",.")
        if point and _POINT.fullmatch(written):
            return Amount(Decimal(written))
        # Four decimals are those of a database, never thousands.
        if re.fullmatch(r"[0-9]+[.,][0-9]{4}", written):
            return Amount(Decimal(written.replace(",", ".")))
        return Amount(numbers.number(written))
    except CellRefusedError as refused:
        if refused.code == "foreign-currency":
            raise RefusedRowError(note("currency", currency=str(refused.values["currency"]))) from refused
        error = RowError(refused.code, refused.values)
        raise RefusedRowError(
            note("price-unclear", value=value, reason=Text(error.text("nl"), error.text("en")))
        ) from refused


_SHORTENED = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]+")
_NO_CODE = {"", "-", "n.v.t.", "nvt", "n/a", "na", "geen", "none", "0", "does not apply", "onbekend"}
_IN_STORE = "2"
_GTIN_13 = 13
_LEAST_WITHOUT_ZEROS = 11


def barcode(value: str) -> tuple[str | None, Note | None]:
    """An EAN as 13 or 8 digits, and how it was read. Raises RefusedRowError with the very reason."""
    bare = value.strip()
    how = note("apostrophe") if bare[:1] in ("'", "’", "`") else None
    bare = re.sub(r"[\s\u00a0-]", "", bare.lstrip("'’`"))
    if bare.casefold() in _NO_CODE:
        return None, None
    if _SHORTENED.fullmatch(bare) and not bare.isdigit():
        raise RefusedRowError(note("ean-shortened", value=value))
    bare = re.sub(r"\.0+$", "", bare)
    if not (bare.isascii() and bare.isdigit()):
        raise RefusedRowError(note("ean-words", value=value))
    padded = bare
    if _LEAST_WITHOUT_ZEROS <= len(bare) < _GTIN_13:
        padded, how = bare.zfill(_GTIN_13), how or note("leading-zero")
    elif len(bare) == _GTIN_13 + 1 and bare.startswith("0"):
        padded, how = bare[1:], how or note("gtin-14")
    if len(bare) not in {8, 11, 12, 13, 14}:
        raise RefusedRowError(note("ean-length", count=str(len(bare))))
    if not ean_check.is_valid(padded):
        raise RefusedRowError(note("ean-check", count=str(len(bare))))
    if padded.startswith(_IN_STORE) and len(padded) == _GTIN_13:
        return None, note("in-store", value=bare)
    return padded, how


class Stock(Struct, frozen=True):
    """A stock: a count, "ask", or None for an empty cell; with a proposal and how it was read."""

    count: int | str | None = None
    proposal: int | None = None
    how: Note | None = None


_OUT = {
    "nee", "no", "n", "false", "0", "out of stock", "out_of_stock", "outofstock", "uitverkocht", "niet op voorraad",
    "op", "not stocked", "onwaar", "sold out", "niet beschikbaar", "nicht vorrätig", "not available",
}  # fmt: skip
_MINIMUM = re.compile(r"(?:>|>=|≥|meer dan|more than)?\s*([0-9]+)\s*\+?")


def stock(value: str) -> Stock:
    """A stock cell; a negative number is 0, a word for "in stock" and a minimum are asked."""
    word = " ".join(value.casefold().split())
    if not word:
        return Stock()
    if re.fullmatch(r"[-−]?[0-9]+(?:[.,][0-9]+)?", word):
        return _counted(word, value)
    if word in _OUT:
        return Stock(0, None, note("stock-out", value=value))
    if minimum := _MINIMUM.fullmatch(word):
        return Stock(ASK, int(minimum[1]), note("stock-minimum", value=value))
    return Stock(ASK, None, note("stock-words", value=value))


def _counted(word: str, value: str) -> Stock:
    """A number; with thousands or a fraction it is asked."""
    number = Decimal(word.replace(",", ".").replace("−", "-"))
    if number < 0:
        return Stock(0, None, note("stock-negative", value=value))
    if re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", word) or number != number.to_integral_value():
        return Stock(ASK, None, note("stock-words", value=value))
    return Stock(int(number))


_STATUS = {
    **dict.fromkeys(("active", "actief", "published", "gepubliceerd", "online", "openbaar", "live"), Status.PUBLISHED),
    **dict.fromkeys(("draft", "concept", "offline", "inactive", "inactief", "non actief", "pending"), Status.DRAFT),
    **dict.fromkeys(("private", "niet actief", "unlisted"), Status.DRAFT),
    **dict.fromkeys(("archived", "gearchiveerd", "gesaneerd", "vervallen", "uit assortiment"), Status.ARCHIVED),
}
_PUBLIC = {"true", "1", "yes", "y", "ja", "j", "waar", "online", "actief", "active"}
_NOT_PUBLIC = {"false", "0", "-1", "2", "no", "n", "nee", "onwaar", "offline", "inactief", "inactive", ""}


def status_word(value: str) -> Status | None:
    """The status that a word names; None for an unknown one."""
    return _STATUS.get(" ".join(value.casefold().split()))


def published(value: str) -> Status | None:
    """The status of a published column: 1 and TRUE are public, 0, -1, 2 and FALSE are not."""
    word = value.strip().casefold()
    if word in _PUBLIC:
        return Status.PUBLISHED
    return Status.DRAFT if word in _NOT_PUBLIC else None


_VAT = {
    9: {
        "9",
        "9%",
        "9,0",
        "9.0",
        "9.00",
        "9,00",
        "0,09",
        "0.09",
        "l",
        "laag",
        "low",
        "reduced-rate",
        "verlaagd",
        "9,00%",
    },
    21: {"21", "21%", "21,0", "21.0", "21.00", "21,00", "0,21", "0.21", "h", "hoog", "high", "standard", "21,00%"},
}


def vat_rate(value: str) -> int | None:
    """The Dutch VAT rate in percent, None for another or an unclear one."""
    word = re.sub(r"\s+", "", value.casefold())
    return next((rate for rate, words in _VAT.items() if word in words), None)


_GUARDED = re.compile(r"'(?=[=+\-@\t])")


def prose(value: str, *, guarded: bool = False) -> str:
    """A text without markup and entities; `guarded` also undoes the escapes of a WooCommerce export."""
    if guarded:
        value = _GUARDED.sub("", value, count=1) if value.startswith("'") else value
        value = value.replace("\\n", "\n")
    bare = values.without_html(value)
    # Entities outside markup, also those escaped twice.
    return values.without_html(html.unescape(html.unescape(bare))).replace("\u00a0", " ")


def one_line(value: str, *, guarded: bool = False) -> str:
    """A name on one line, without markup and entities."""
    return " ".join(prose(value, guarded=guarded).split())


_DATES = (
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})(?:[T ].*)?"),
    re.compile(r"(?P<day>[0-9]{1,2})[-.](?P<month>[0-9]{1,2})[-.](?P<year>[0-9]{4})(?: .*)?"),
)
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{2,4})(?:,? .*)?")


def date(value: str) -> dt.date | None:
    """A date; with slashes the American month/day, as Magento writes it. None when it cannot be read."""
    text = value.strip()
    try:
        for pattern in _DATES:
            if match := pattern.fullmatch(text):
                return dt.date(int(match["year"]), int(match["month"]), int(match["day"]))
        if match := _SLASHED.fullmatch(text):
            first, second, year = int(match[1]), int(match[2]), int(match[3])
            month, day = (first, second) if first <= 12 else (second, first)  # noqa: PLR2004 - months of a year
            return dt.date(year + 2000 if year < 100 else year, month, day)  # noqa: PLR2004 - two digits
    except ValueError:
        return None
    return None
