"""Amounts as names and labels say them: "90 caps", "250 g", "2 x 30", "1-2 capsules", "1 maatschep (5 g)"."""

import re
import unicodedata
from decimal import Decimal

from msgspec import Struct

from catalog.models import DosageForm

_CAPSULE = r"v-?caps?|vegicaps?|caps(?:\.|\b)|capsules?|kapseln?|softgels?"
_TABLET = r"(?:bruis|kauw|zuig|smelt)?tablet(?:ten|jes|s)?|tabl(?:\.|\b)|tabs?|tabletten|compr(?:\.|imés?)"
_PIECE = rf"(?:{_CAPSULE}|{_TABLET}|stuks|st\b|pcs|pieces?|ct|count|stück)"
_MEASURE = r"(?:kg|kilo|grams?|gramm?|gr|g|ml|cl|dl|liters?|litres?|l)"
_NUMBER = r"(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+(?:[.,][0-9]+)?)"
_BEFORE = r"(?<![\w.,+/-])(?<!per )"
_NOT_DAILY = r"(?!\w)(?!\s*(?:per (?:dag|day|capsule|tablet|portie|schep|dosis)|p/?d\b|daags|daily|a day|/))"
_PIECES = re.compile(rf"{_BEFORE}(?P<number>{_NUMBER})\s*(?:vegan(?:istische)?\s+)?{_PIECE}{_NOT_DAILY}")
_CONTENT = re.compile(rf"{_BEFORE}(?P<number>{_NUMBER})\s*(?P<unit>{_MEASURE}){_NOT_DAILY}")
_TIMES = re.compile(
    rf"(?<![\w.,])(?P<packs>[0-9]+)\s*[x×]\s*(?P<each>[0-9]+)\s*(?P<unit>{_PIECE}|{_MEASURE})?(?![\w.,])"
    rf"(?!\s*(?:mg|µg|mcg|daags|per dag|keer))"
)
_MANY = re.compile(rf"([0-9]+)\s*(\+|/|-|–|of|tot|or|to)\s*([0-9]+)\s*{_PIECE}(?!\w)")
_IS_PIECE = re.compile(_PIECE)
BOX_PACKS = 6
"""Packs in "6 x 60" from which on it is a box of packs, not a pack."""
_BOX = re.compile(r"\b(?:display|doos|omdoos|tray|colli|toonbank\w*)\b")
_BASE = {
    "kg": (1000, "g"), "kilo": (1000, "g"), "g": (1, "g"), "gr": (1, "g"), "gram": (1, "g"), "grams": (1, "g"),
    "gramm": (1, "g"), "ml": (1, "ml"), "cl": (10, "ml"), "dl": (100, "ml"), "l": (1000, "ml"),
    "liter": (1000, "ml"), "liters": (1000, "ml"), "litre": (1000, "ml"), "litres": (1000, "ml"),
    "grm": (1, "g"), "kgm": (1000, "g"), "mlt": (1, "ml"), "ltr": (1000, "ml"), "clt": (10, "ml"), "gm": (1, "g"),
    "milliliter": (1, "ml"), "millilitre": (1, "ml"),
}  # fmt: skip
PIECE_UNITS = frozenset(("h87", "ea", "stuks", "stuk", "st", "count", "ct", "item", "items", "piece", "pieces", "pce"))
_FORMS = (
    (DosageForm.CAPSULE, re.compile(rf"capsules?\b|kapseln?\b|\b(?:{_CAPSULE})")),
    (DosageForm.TABLET, re.compile(rf"tablet(?:ten|jes|s)?\b|\b(?:{_TABLET})(?!\w)")),
    (DosageForm.POWDER, re.compile(r"(?:poeders?|powder|pulver|poudre)\b")),
    (
        DosageForm.LIQUID,
        re.compile(r"(?:siroop|druppels|drank)\b|\b(?:vloeibare?|vloeibaar|liquid|syrup|drops)\b"),
    ),
)


class Content(Struct, frozen=True):
    """The net content of a pack in whole g or ml."""

    quantity: int
    unit: str

    def __str__(self) -> str:
        return f"{self.quantity} {self.unit}"


class LabelAmounts(Struct, frozen=True):
    """The amounts in a text; None where it names none. An unclear one has a proposal, or "" without one."""

    pieces: int | None = None
    content: Content | None = None
    dosage_form: DosageForm | None = None
    unclear_pieces: int | str | None = None
    unclear_content: str | None = None
    box: str | None = None
    """The words of a box with several packs, such as "12 x 60"."""


class Portion(Struct, frozen=True):
    """A daily portion: its units, None when the text leaves it open, and what may be proposed."""

    units: int | None
    proposal: int | str | None = None


def plain(text: str) -> str:
    """Text with compatible characters made plain, single blanks and small letters."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def decimal_of(text: str) -> Decimal:
    """A number of _NUMBER; 1.000 has thousands, since a part of a piece or a gram is written with fewer digits."""
    if re.fullmatch(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+", text):
        return Decimal(text.replace(".", ""))
    return Decimal(text.replace(",", "."))


def content_of(number: Decimal, unit: str) -> Content | None:
    """A number and a unit as content; None for an unknown unit or a part of a gram or millilitre."""
    factor, base = _BASE.get(plain(unit).rstrip("."), (0, ""))
    quantity = number * factor
    if not factor or quantity != quantity.to_integral_value() or quantity <= 0:
        return None
    return Content(int(quantity), base)


def dosage_form_in(text: str) -> DosageForm | None:
    """The one dosage form that a text names, also at the end of a compound word; None for none or several."""
    found = [form for form, pattern in _FORMS if pattern.search(plain(text))]
    return found[0] if len(found) == 1 else None


def label_amounts(text: str) -> LabelAmounts:
    """The amounts in a name, an option or a pack size."""
    words = plain(text)
    form = dosage_form_in(words)
    if times := _TIMES.search(words):
        return _several_packs(times, words, form)
    pieces = {int(decimal_of(match["number"])) for match in _PIECES.finditer(words)}
    if _names_several(words) or len(pieces) > 1:
        return LabelAmounts(dosage_form=form, unclear_pieces="")
    contents = {content_of(decimal_of(match["number"]), match["unit"]) for match in _CONTENT.finditer(words)}
    if pieces:
        # Grams beside pieces may be the strength of one of them.
        return LabelAmounts(pieces=pieces.pop(), dosage_form=form, unclear_content="" if contents else None)
    if len(contents) > 1 or None in contents:
        return LabelAmounts(dosage_form=form, unclear_content="")
    return LabelAmounts(content=contents.pop() if contents else None, dosage_form=form)


def _names_several(words: str) -> bool:
    """Whether a text names a choice or a sum of pieces; "400 - 60 caps" is a strength and a number."""
    match = _MANY.search(words)
    return match is not None and (match[2] not in {"-", "–"} or int(match[1]) < int(match[3]))


def _several_packs(times: re.Match[str], words: str, form: DosageForm | None) -> LabelAmounts:
    packs, each, unit = int(times["packs"]), int(times["each"]), times["unit"] or ""
    box = times[0].strip() if packs >= BOX_PACKS or _BOX.search(words) else None
    content = None if _IS_PIECE.fullmatch(unit) else content_of(Decimal(packs * each), unit)
    if content:
        return LabelAmounts(dosage_form=form, unclear_content="" if box else str(content), box=box)
    return LabelAmounts(dosage_form=form, unclear_pieces="" if box else packs * each, box=box)


_DAILY = re.compile(
    rf"(?:(?:dagelijks|daily|per dag|neem|take)\s*)?(?P<times>[0-9]+)\s*(?:x|×|keer|maal|times)?\s*"
    rf"(?:daags|per dag|a day|daily|/ ?dag|p/?d)?\s*(?P<each>[0-9]+)?\s*(?P<unit>{_PIECE})?\s*"
    rf"(?:per dag|daags|a day|daily|per day|/ ?dag|dagelijks)?\.?"
)
_RANGE = re.compile(r"[0-9]+\s*(?:-|–|/|à|a|tot|of|to|or)\s*[0-9]+")
_SCOOP = re.compile(
    rf"(?P<count>[0-9]+)(?![0-9])\s*(?:afgestreken )?(?:maat)?(?:schep(?:je|jes|pen)?|scoops?|lepel|dosis)?\s*\(?\s*"
    rf"(?P<number>{_NUMBER})\s*(?P<unit>g|gr|gram|ml)\s*\)?"
)
_LEADING = re.compile(rf"(?P<number>[0-9]+)\s*{_PIECE}(?!\w)")


def daily_portion(text: str) -> Portion:
    """A daily portion in units, such as "2 tabletten per dag" or "2 x daags 1"; a range or a scoop is left open."""
    words = plain(text)
    if _RANGE.search(words):
        return Portion(None)
    if scoop := _SCOOP.fullmatch(words):
        return Portion(None, f"{scoop['count']} scoop of {scoop['number']} {'ml' if scoop['unit'] == 'ml' else 'g'}")
    if daily := _DAILY.fullmatch(words):
        return Portion(int(daily["times"]) * int(daily["each"] or 1))
    leading = _LEADING.match(words)
    return Portion(None, int(leading["number"]) if leading else None)


def serving(text: str) -> tuple[int, str] | None:
    """The units of a serving and their word, such as "2 capsules (1,6 g)"; None when it names no pieces."""
    words = plain(text)
    leading = _LEADING.match(words)
    if leading is None:
        return None
    form = dosage_form_in(words)
    return int(leading["number"]), form.value if form else "unit"
