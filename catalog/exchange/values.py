"""Values of cells: yes and no, choices, barcodes, texts and compositions, in Dutch, English and our own layout.

Every reading function raises CellRefusedError.
"""

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from html.parser import HTMLParser
from typing import TypeVar

import msgspec
from ftfy.badness import is_bad
from stdnum import ean

from catalog.composition import LabelLine
from catalog.edits.validation import LONGEST_SKU, LONGEST_SLUG
from catalog.exchange.numbers import micrograms, normal
from catalog.exchange.reading.table import Cell
from catalog.exchange.reading.table import text as plain
from catalog.exchange.row_errors import CellRefusedError
from catalog.models import Allergen, DosageForm, OtherActive, ProductPicture, Status, Unit
from catalog.other_actives import OtherActiveError, read_other_actives
from catalog.picture_fetching import LONGEST_ADDRESS
from catalog.pictures import picture_of
from catalog.product_words import ALLERGENS, DOSAGE_FORMS, STATUSES, UNITS, Words
from recommend.chemistry import UG_PER_MG
from recommend.naming import FormNames

Choice = TypeVar("Choice", bound=StrEnum)

_YES = {"ja", "j", "yes", "y", "true", "waar", "1"}
_NO = {"nee", "n", "no", "false", "onwaar", "0"}

_UNKNOWN = {"", "?", "onbekend", "unknown", "niet opgegeven", "not stated"}
_GTIN_LENGTHS = (8, 12, 13, 14)
_LEAST_DIGITS = 6
"""Digits of a barcode that may have lost leading zeros; fewer are another number."""
_NONE = {"", "geen", "none", "-", "nvt", "n.v.t."}


def _choices(words: Mapping[Choice, Words]) -> dict[str, Choice]:
    """Choices by their own value and every synonym."""
    return {word: choice for choice, entry in words.items() for word in (choice.value, *entry.synonyms.split())}


_DOSAGE_FORM, _UNIT, _STATUS = _choices(DOSAGE_FORMS), _choices(UNITS), _choices(STATUSES)
_ALLERGEN = _choices(ALLERGENS)


def yes_or_no(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    word = normal(cell)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise CellRefusedError("not-yes-or-no")


def _one_of(cell: Cell, words: Mapping[str, Choice]) -> Choice:
    choice = words.get(normal(cell))
    if choice is None:
        raise CellRefusedError("not-a-choice", choices=", ".join(dict.fromkeys(words.values())))
    return choice


def dosage_form(cell: Cell) -> DosageForm:
    return _one_of(cell, _DOSAGE_FORM)


def unit(cell: Cell) -> Unit:
    return _one_of(cell, _UNIT)


def status(cell: Cell) -> Status:
    return _one_of(cell, _STATUS)


def allergens(cell: Cell) -> tuple[Allergen, ...]:
    """The allergens of a list, in the order of the regulation."""
    text = normal(plain(cell))
    if text in _NONE:
        return ()
    found = {_one_of(word, _ALLERGEN) for word in re.split(r"[,;/|+]| en | and |\s", text) if word}
    return tuple(allergen for allergen in Allergen if allergen in found)


def barcode(cell: Cell) -> str:
    """A GTIN of 8, 12, 13 or 14 digits with the right check digit."""
    text = plain(cell)
    if isinstance(cell, Decimal) or re.fullmatch(r"[0-9][.,][0-9]+[eE]\+?[0-9]+", text):
        if not isinstance(cell, Decimal) or cell != cell.to_integral_value():
            raise CellRefusedError("shortened")
        text = f"{cell:.0f}"
    digits = _BETWEEN_DIGITS.sub("", without_apostrophe(text))
    if not digits.isascii() or not ean.is_valid(digits):
        if digits.isascii() and (whole := _with_lost_zeros(digits)):
            raise CellRefusedError("lost-zero", ean=whole)
        raise CellRefusedError("not-an-ean")
    return digits


def _with_lost_zeros(digits: str) -> str | None:
    """The barcode that lost its leading zeros in a spreadsheet; None when zeros make no valid one."""
    lengths = (length for length in _GTIN_LENGTHS if length > len(digits) >= _LEAST_DIGITS)
    return next((whole for length in lengths if ean.is_valid(whole := digits.zfill(length))), None)


_APOSTROPHES = re.compile(r"^['’‘`]+(?=\w)")
_BETWEEN_DIGITS = re.compile(r"[\s-]")


def without_apostrophe(text: str) -> str:
    """A code without the apostrophe that makes a spreadsheet take it for text."""
    return _APOSTROPHES.sub("", text)


def article_number(cell: Cell) -> str:
    """A SKU without the blanks and the apostrophe around it."""
    return without_apostrophe(plain(cell))


_MISREAD = re.compile(
    "\ufffd|[^\\W\\d_][‚ƒ„†‡ˆ‰‹¡¢£¤¥¦§¨¬¯¶¸¿÷•”“][^\\W\\d_]|[^\\W\\d_]‘(?!s\\b)[^\\W\\d_]"
    "|[^\\W\\d_][‚ƒˆ‰‹](?![\\w ])|[‚‰‹ŽŠŸ]{2}[a-z]|[a-zà-ÿ][ŽŠŸ]|(?<=[a-z])[šž](?=[a-z])"
)
"""Characters inside words that appear where a text of Mac OS or DOS is read as Windows-1252."""


@lru_cache(maxsize=1024)
def is_misread(text: str) -> bool:
    """Whether a text was probably read in another encoding than it was written in.

    Cached, since the products of a supplier share texts, and reading a long one takes 50 µs.
    """
    return not text.isascii() and (is_bad(text) or _MISREAD.search(text) is not None)


_TOTAL = re.compile(
    r"(?:sub|eind)?[- ]?tota(?:al|l)s?(?: (?:generaal|excl|incl|btw|van|of|general).*)?|grand total|som"
)


def is_total(text: str) -> bool:
    """Whether a name or code is the label of a row of totals."""
    if text.isascii() and "to" not in (lower := text.lower()) and "som" not in lower:
        return False  # as nearly all, before the text is brought into its normal form
    return _TOTAL.fullmatch(normal(text).strip(" :.=")) is not None


def other_actives(cell: Cell) -> tuple[OtherActive, ...]:
    """The other active substances of a list, such as "vitamin_b6 1.4 mg; zinc 10 mg"."""
    text = plain(cell)
    if normal(text) in _NONE:
        return ()
    try:
        return read_other_actives(text)
    except OtherActiveError as error:
        raise CellRefusedError(error.code, **error.values) from error


def picture_name(cell: Cell) -> str:
    """The name of a stored picture, as an export has it."""
    name = plain(cell).strip()
    if picture_of(name) is None:
        raise CellRefusedError("unknown-picture", name=name[:_SHOWN])
    return name


_BETWEEN_ADDRESSES = re.compile(r"\s*[|;\n]\s*|,\s*(?=https?://)|,?\s+")


def picture_addresses(cell: Cell) -> tuple[str, ...]:
    """The addresses of pictures in a cell; a comma parts two only where another one begins."""
    found = tuple(dict.fromkeys(filter(None, _BETWEEN_ADDRESSES.split(plain(cell)))))
    for address in found:
        if not address.lower().startswith("https://") or len(address) > LONGEST_ADDRESS:
            raise CellRefusedError("not-an-address", address=address[:_SHOWN])
    return found


def more_pictures(cell: Cell) -> tuple[ProductPicture, ...]:
    """The pictures behind the first, in the notation of `more_pictures_text`."""
    try:
        found = _pictures.decode(plain(cell))
    except msgspec.MsgspecError as error:
        raise CellRefusedError("not-pictures") from error
    return tuple(msgspec.structs.replace(one, name=picture_name(one.name)) for one in found)


def more_pictures_text(pictures: Sequence[ProductPicture]) -> str:
    """Pictures as one cell, a list in JSON; `more_pictures` restores it exactly."""
    return msgspec.json.encode(pictures).decode() if pictures else ""


_pictures = msgspec.json.Decoder(tuple[ProductPicture, ...])
_SHOWN = 60


def yes_no_or_unknown(cell: Cell) -> bool | None:
    """Yes, no, or None for an empty cell and a word for not known."""
    return None if not isinstance(cell, bool) and normal(cell) in _UNKNOWN else yes_or_no(cell)


class _TextOnly(HTMLParser):
    """Extracts the visible text of HTML."""

    _BREAKS = frozenset(["p", "br", "li", "div", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "ul", "ol", "table", "hr"])
    _UNSEEN = frozenset(("script", "style"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - theirs
        self._unseen += tag in self._UNSEEN
        if tag in self._BREAKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in self._UNSEEN and self._unseen > 0
        if tag in self._BREAKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(data)


_TAG = re.compile(r"<[a-zA-Z!/?]")


def without_html(text: str) -> str:
    """The visible text of a supplier's HTML, one line for each paragraph."""
    if _TAG.search(text):
        parser = _TextOnly()
        parser.feed(text.replace("\\n", "\n"))
        parser.close()
        text = "".join(parser.pieces)
    lines = (" ".join(line.split()) for line in html.unescape(text).splitlines())
    return "\n".join(line for line in lines if line)


def one_line(text: str) -> str:
    """A name without line breaks, repeated blanks and entities, which are errors of the file."""
    return " ".join(html.unescape(text).split())


def prose(cell: Cell) -> str:
    """A supplier's text without markup, ligatures and extra blanks."""
    return without_html(plain(cell).replace("ĳ", "ij").replace("Ĳ", "IJ"))


def slugified(*texts: str) -> str:
    """Lower-case letters, digits and single dashes."""
    bare = unicodedata.normalize("NFKD", " ".join(texts)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")


def made_slug(name: str, sku: str) -> str:
    """A slug from the name and the SKU, unique for each SKU."""
    tail = slugified(sku)
    if tail != sku.lower():
        tail = f"{tail}-{_short_hash(sku)}"
    return f"{slugified(name)[: LONGEST_SLUG - len(tail) - 1].strip('-')}-{tail}".strip("-")


def made_sku(supplier: str, brand: str, name: str) -> str:
    """A SKU derived from the names; unchanged as long as they are."""
    names = " ".join(filter(None, (supplier, brand, name)))
    whole = slugified(names).upper()
    if whole != "-".join(names.upper().split()):  # other names would give the same
        whole = f"{whole}-{_short_hash(one_line(names).casefold())}".upper().strip("-")
    return whole if len(whole) <= LONGEST_SKU else f"{whole[: LONGEST_SKU - 7]}-{_short_hash(whole)}"


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]


_AMOUNT = r"([0-9][0-9.,]* ?[a-zµμ]+)"
_LINE = re.compile(
    rf"(?P<form>[^/]+?)(?:/(?P<salt>[a-z0-9_]+))?(?: (?:compound|verbinding) {_AMOUNT})?"
    rf"(?: (?:elemental|elementair) {_AMOUNT})?",
    re.IGNORECASE,
)
_UG_PER_HUNDREDTH_MG = 10


def composition_text(composition: Iterable[LabelLine]) -> str:
    """A composition as one cell; `read_composition` restores it exactly.

    For example: "bisglycinate compound 618 mg elemental 87 mg; oxide/magnesium_oxide elemental 50 mg".
    """
    return "; ".join(map(_line_as_text, composition))


def _line_as_text(line: LabelLine) -> str:
    salt = f"/{line.salt}" if line.salt else ""
    compound = f" compound {_amount_as_text(line.compound_ug)}" if line.compound_ug is not None else ""
    elemental = f" elemental {_amount_as_text(line.elemental_ug)}" if line.elemental_ug is not None else ""
    return f"{line.form}{salt}{compound}{elemental}"


def _amount_as_text(ug: int) -> str:
    """Milligrams with at most two decimals, since three could be read as thousands; finer amounts in micrograms."""
    if ug % _UG_PER_HUNDREDTH_MG:
        return f"{ug} ug"
    whole, rest = divmod(ug, UG_PER_MG)
    return f"{whole}.{rest // _UG_PER_HUNDREDTH_MG:02}".rstrip("0").rstrip(".") + " mg" if rest else f"{whole} mg"


def read_composition(text: str, names: FormNames) -> tuple[LabelLine, ...]:
    """The lines of a composition cell."""
    return tuple(_read_line(part.strip(), names) for part in text.split(";") if part.strip())


def _read_line(text: str, names: FormNames) -> LabelLine:
    match = _LINE.fullmatch(text)
    if match is None:
        raise CellRefusedError("not-a-composition")
    compound, elemental = match[3], match[4]
    return LabelLine(
        _one_form(match["form"], names),
        match["salt"],
        micrograms(compound) if compound else None,
        micrograms(elemental) if elemental else None,
    )


def _one_form(text: str, names: FormNames) -> str:
    """The form that a text names. Raises CellRefusedError for no form, several, or an unknown one."""
    named = names.forms_in(text)
    if named.unclear:
        raise CellRefusedError("which-form", words=named.unclear[0])
    if not named.forms:
        raise CellRefusedError("which-form", words=text)
    if len(named.forms) > 1:
        raise CellRefusedError("several-forms", forms=names.names_of(named.forms))
    return named.forms[0]
