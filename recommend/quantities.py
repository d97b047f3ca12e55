"""Numbers with their units, and polarity words, in a text of either language."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from msgspec import Struct

from recommend.text import Language

WORDS: dict[Language, tuple[str, ...]] = {
    "nl": (
        *("twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf", "twaalf", "dertien"),
        *("veertien", "vijftien", "zestien", "zeventien", "achttien", "negentien", "twintig"),
    ),
    "en": (
        *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
        *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
    ),
}
"""Number words from two up; "een" and "one" are articles and pronouns too often to count as numbers."""

UNITS: dict[str, str] = {
    "hours": r"uur|hours?",
    "minutes": r"minuten|minutes?",
    "mg": r"mg|milligram\w*",
    "g": r"gram|grams|g",
    "percent": r"%|procent|percent|per cent",
    "years": r"jaar|years?",
    "months": r"maanden|months?",
    "weeks": r"weken|weeks?",
    "days": r"dagen|days?",
    "people": r"mensen|people|mannen|men|vrouwen|women",
}
"""Units by name, with the words for them in both languages."""

BARE = "bare"
"""Unit of a number that no unit follows, such as an age in English ("under 18")."""
PHONE = "phone"
"""Unit of an emergency number or a telephone number."""

_PHONE = r"(?<![\w.,-])(?:0800-\d{4}|11[23](?:\.nl)?)(?!\w|[.,]\d)"
_DIGITS = r"(?<![\w.,)·])\d+(?:[.,]\d+)*(?![A-Za-z]|[.,]?\d)"
_NUMBER: dict[Language, re.Pattern[str]] = {
    language: re.compile(
        rf"(?P<phone>{_PHONE})|(?P<digits>{_DIGITS})|(?<!\w)(?P<word>{'|'.join(words)})(?!\w)", re.IGNORECASE
    )
    for language, words in WORDS.items()
}
_UNIT = re.compile(
    r"[\s-]?(?:" + "|".join(rf"(?P<{name}>(?:{words})(?!\w))" for name, words in UNITS.items()) + ")", re.IGNORECASE
)
_RANGE = re.compile(r"\s?(?:tot|to|tot en met|–|-|of|or|en|and)\s?", re.IGNORECASE)


class Quantity(Struct, frozen=True, order=True):
    """A number of a text in its plain form ("1121", "22.8", "0800-0113"), with its unit."""

    unit: str
    number: str


@lru_cache(maxsize=4096)
def quantities(text: str, language: Language) -> tuple[Quantity, ...]:
    """Numbers of a text in their order; in a range ("2 tot 3 uur") both have the unit at its end."""
    found = list(_NUMBER[language].finditer(text))
    units: list[str] = []
    following = BARE
    for position in range(len(found) - 1, -1, -1):
        match = found[position]
        if match["phone"]:
            unit = PHONE
        elif own := _UNIT.match(text, match.end()):
            unit = own.lastgroup or BARE
        else:
            end = found[position + 1].start() if position + 1 < len(found) else len(text)
            unit = following if _RANGE.fullmatch(text, match.end(), end) else BARE
        units.append(unit)
        following = unit if unit != PHONE else BARE
    return tuple(Quantity(unit, _plain(match, language)) for match, unit in zip(found, reversed(units), strict=True))


def _plain(match: re.Match[str], language: Language) -> str:
    """Number without thousands separators, with a decimal point; a number word in digits."""
    text = match.group()
    if match["phone"]:
        return text.lower()
    if match["word"]:
        return str(WORDS[language].index(text.lower()) + 2)
    thousands, decimal = (".", ",") if language == "nl" else (",", ".")
    text = re.sub(rf"{re.escape(thousands)}(?=\d{{3}}(?!\d))", "", text)
    return plain_number(text.replace(decimal, "."))


def plain_number(number: str | int | float) -> str:
    """Number in its shortest form: 2 and 2.0 are the same."""
    try:
        return f"{Decimal(str(number)).normalize():f}"
    except ArithmeticError:
        return str(number)


POLARITY: dict[str, dict[Language, str]] = {
    "denies": {
        "nl": r"niet|niets|geen|nooit|nergens|niemand|onbekend|zonder",
        "en": r"not|no|never|nothing|nobody|none|cannot|don't|nor|unknown|unable|without",
    },
    "unless": {"nl": r"tenzij", "en": r"unless"},
    "only": {"nl": r"alleen", "en": r"only"},
    "more": {"nl": r"(?<!onder )meer|vaker|langer dan", "en": r"more"},
    "less": {"nl": r"minder|slechter", "en": r"less|fewer"},
    "before": {"nl": r"vóór|voordat", "en": r"before"},
    "after": {"nl": r"na|achter", "en": r"after|behind"},
    "apart": {
        "nl": r"tussen|ertussen|apart|los van|verdeel|verdelen|onderscheiden",
        "en": r"between|apart|split|spread|spreading",
    },
    "together": {
        "nl": r"samen|samenga\w*|tegelijk|combineer",
        "en": r"together|combine|(?:go|goes) (?:well )?with",
    },
    "reduces": {
        "nl": r"verminder\w*|verlaag\w*|lager|verzwak\w*|remt|remmen",
        "en": r"lower\w*|reduc\w*|weaken\w*|impairment",
    },
    "raises": {
        "nl": r"verbeter\w*|verhoog\w*|versterk\w*|vergroot\w*",
        "en": r"improve\w*|raise\w*|increas\w*|strengthen\w*",
    },
    "at_least": {"nl": r"minstens|ten minste", "en": r"at least"},
    "calls": {"nl": r"bel", "en": r"call(?! for)"},
    "at_most": {"nl": r"hooguit|hoogstens|maximaal|ten hoogste", "en": r"at most"},
}
"""Words that turn a statement round, by kind, in pairs of equal meaning."""

_POLARITY: dict[Language, dict[str, re.Pattern[str]]] = {
    language: {
        kind: re.compile(rf"(?<!\w)(?:{words[language]})(?!\w)", re.IGNORECASE) for kind, words in POLARITY.items()
    }
    for language in ("nl", "en")
}


def polarity(text: str, language: Language) -> Counter[str]:
    """Number of polarity words of each kind in a text."""
    return Counter(dict(_polarity_counts(text, language)))


@lru_cache(maxsize=4096)
def _polarity_counts(text: str, language: Language) -> tuple[tuple[str, int], ...]:
    return tuple(_counts(text, language))


def _counts(text: str, language: Language) -> Iterator[tuple[str, int]]:
    for kind, pattern in _POLARITY[language].items():
        if count := len(pattern.findall(text)):
            yield kind, count


OPPOSITES = (
    ("more", "less"),
    ("before", "after"),
    ("raises", "reduces"),
    ("at_least", "at_most"),
    ("together", "apart"),
)
"""Kinds of polarity words of opposite meaning."""


def order_of_opposites(text: str, language: Language) -> tuple[tuple[str, ...], ...]:
    """Polarity words of a text in their order, by kind, for each pair of opposites."""
    return tuple(_order_of(text, language, pair) for pair in OPPOSITES)


def _order_of(text: str, language: Language, kinds: tuple[str, str]) -> tuple[str, ...]:
    found = [(match.start(), kind) for kind in kinds for match in _POLARITY[language][kind].finditer(text)]
    return tuple(kind for _, kind in sorted(found))
