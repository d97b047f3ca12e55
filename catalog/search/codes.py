"""Article numbers and barcodes in a search: "haz-cit-100-c180", "duibis100c90", "8 712345 678906"."""

import re

from msgspec import Struct
from pyroaring import BitMap
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from catalog.models import ListingRow, Product
from catalog.models.product import PUBLISHED
from catalog.search.tokens import plain
from catalog.search.wish_words import NOT_NAMES, left_out_things

MOST = 200
"""Products that the beginning of an article number finds."""
_LABEL = re.compile(
    r"^\s*(?:#|(?:sku|ean|gtin|barcode|artikelnummer|art\.?\s?nr\.?|code|streepjescode)\b[\s:#.]*)+", re.I
)
_BARCODE = re.compile(r"\d(?:[ .-]?\d){7,13}")
_BARCODE_LENGTHS = (8, 12, 13, 14)
_SEPARATED = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_./ ][A-Za-z0-9]+)*", re.ASCII)
_SEPARATORS = "-_./ "
_SHORTEST, _LONGEST = 5, 40
_LONGEST_PART = 4
_MANY_PARTS = 3


class Code(Struct, frozen=True):
    """A code as typed and without its separators; `certain` when it can be nothing else."""

    typed: str
    digits: str
    is_barcode: bool
    certain: bool


def read_code(text: str) -> Code | None:
    """The code that a whole query is, or may be."""
    typed = _LABEL.sub("", text).strip()
    labelled = typed != text.strip()
    joined = re.sub(r"[ .-]", "", typed)
    if _BARCODE.fullmatch(typed) and len(joined) in _BARCODE_LENGTHS:
        return Code(typed, joined, is_barcode=True, certain=True)
    if not _SEPARATED.fullmatch(typed):
        return None
    parts = re.split(rf"[{re.escape(_SEPARATORS)}]", typed)
    code = "".join(parts).upper()
    if not _SHORTEST <= len(code) <= _LONGEST or _is_word(parts[0]):
        return None
    return (
        Code(typed, code, is_barcode=False, certain=labelled or _is_certain(typed, parts)) if _may_be(parts) else None
    )


def _is_word(part: str) -> bool:
    word = plain(part)
    return word in NOT_NAMES or (word,) in left_out_things()


def _may_be(parts: list[str]) -> bool:
    """Short parts, or letters and digits in one."""
    has_digit = any(character.isdigit() for part in parts for character in part)
    short = all(len(part) <= _LONGEST_PART for part in parts)
    return (has_digit and (short or len(parts) == 1)) or (short and len(parts) > 1)


def _is_certain(typed: str, parts: list[str]) -> bool:
    return " " not in typed and len(parts) >= _MANY_PARTS and any(part.isdigit() for part in parts)


def products_with_code(session: Session, code: Code) -> BitMap:
    """The published products with this barcode, or whose article number begins with the code."""
    if code.is_barcode:
        same = select(Product.id).where(PUBLISHED, Product.ean.in_({code.digits, code.digits.zfill(13)}))
        return BitMap(session.scalars(same.limit(MOST)))
    beginning = select(ListingRow.product_id).where(_without_separators().startswith(code.digits, autoescape=True))
    return BitMap(session.scalars(beginning.limit(MOST)))


def _without_separators() -> ColumnElement[str]:
    column: ColumnElement[str] = func.upper(ListingRow.sku)
    for separator in _SEPARATORS:
        column = func.replace(column, separator, "")
    return column
