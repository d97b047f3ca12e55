"""Amounts as the shopper's language writes them; the inside counts cents and micrograms."""

import re
from decimal import Decimal
from fractions import Fraction
from unicodedata import bidirectional

from babel.numbers import format_currency
from flask import Flask
from markupsafe import Markup, escape
from msgspec import Struct

from catalog.ingredient_check import MARKED
from catalog.models import Product
from catalog.prices import earlier_price_cents, unit_price_cents
from recommend.chemistry import half_up
from recommend.text import LANGUAGES, Language
from shop.web.i18n import current_language
from shop.web.services import today

UG_PER_TENTH_MG = 100
LEAST_WHOLE_UG = 10_000
FINE_BELOW_TENTH_CENTS = 100
CENTS_IN_EUROS_FROM = 10
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_MODEL = Decimal("1234.56")


class Writing(Struct, frozen=True):
    """The signs of a language's numbers: learned once from Babel, whose formatters take most of a page's time."""

    before_euro: str
    group: str
    decimal: str
    before_percent: str

    @classmethod
    def of(cls, language: Language) -> "Writing":
        """Take apart what Babel makes of a model amount."""
        before, group, decimal = re.fullmatch(  # type: ignore[union-attr] # a locale of another shape must not start
            r"(\D+)1(\D)234(\D)56", format_currency(_MODEL, "EUR", locale=language)
        ).groups()
        return cls(before, group, decimal, "" if language == "en" else "\N{NO-BREAK SPACE}")

    def whole(self, number: int) -> str:
        return f"{number:,}".replace(",", self.group)

    def euro(self, cents: int) -> str:
        return f"{self.before_euro}{self.whole(cents // 100)}{self.decimal}{cents % 100:02}"

    def in_tenths(self, tenths: int) -> str:
        """A number of tenths, the decimal left out when it is 0."""
        whole = self.whole(tenths // 10)
        return f"{whole}{self.decimal}{tenths % 10}" if tenths % 10 else whole


_MAGNESIUM_IN_A_WORD = re.compile("magnesium(?=[a-z])", re.IGNORECASE)
_BLANK_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:mg|µg|mcg|g|kg|ml|IE|IU)\b)")
_WRITING: dict[Language, Writing] = {language: Writing.of(language) for language in LANGUAGES}


def _writing() -> Writing:
    return _WRITING[current_language()]


def euro(cents: int) -> str:
    """A price, e.g. "€ 12,95"; not below 0, as no price or amount here is."""
    return _writing().euro(cents)


def fine_euro(tenth_cents: int) -> str:
    """A derived price: euro, or below 10 cents, where tenths of a cent matter, cents with one decimal ("6,7 ct")."""
    if tenth_cents >= FINE_BELOW_TENTH_CENTS:
        return euro((tenth_cents + 5) // 10)
    return f"{_writing().in_tenths(tenth_cents)}\N{NO-BREAK SPACE}ct"


def day_price(tenth_cents: int) -> str:
    """A price a day as people say it: whole cents, below 10 of them without euros ("7 ct")."""
    cents = max(1, (tenth_cents + 5) // 10)
    return euro(cents) if cents >= CENTS_IN_EUROS_FROM else f"{cents}\N{NO-BREAK SPACE}ct"


def milligrams(micrograms: int) -> str:
    """An amount of magnesium or compound, e.g. "56,3 mg", with at most one decimal, half up."""
    tenths = (micrograms + UG_PER_TENTH_MG // 2) // UG_PER_TENTH_MG
    return f"{_writing().in_tenths(tenths)}\N{NO-BREAK SPACE}mg"


def whole_milligrams(micrograms: int) -> str:
    """An amount as labels round it, e.g. "113 mg", half up; below 10 mg, as of a millilitre, with one decimal."""
    if micrograms < LEAST_WHOLE_UG:
        return milligrams(micrograms)
    return f"{_writing().whole(half_up(Fraction(micrograms, 1000)))}\N{NO-BREAK SPACE}mg"


def number(value: Decimal | int) -> str:
    """A number from 0 up with at most one decimal, half up."""
    return _writing().in_tenths(half_up(Fraction(value) * 10))


def measured(value: float) -> str:
    """A content in g or ml as the label has it, with at most two decimals and without groups of digits."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", _writing().decimal)


def percent_of(part: int, whole: int) -> str:
    """A whole percentage, e.g. "40 %", in English "40%"."""
    return f"{half_up(Fraction(part * 100, whole))}{_writing().before_percent}%"


def percent(share: Fraction) -> str:
    """A share from 0 up as a percentage with at most one decimal, e.g. "16,2 %"."""
    return f"{_writing().in_tenths(half_up(share * 1000))}{_writing().before_percent}%"


def allergens(ingredients: str) -> Markup:
    """An ingredient list with its *marked* allergens emphasised, as Regulation (EU) 1169/2011 Art. 21 asks."""
    marked = str(escape(ingredients))
    return Markup(MARKED.sub(r"<strong>\1</strong>", marked))  # noqa: S704 - escaped just above


def upper_first(text: str) -> str:
    """A name at the start of a line; other capitals stay ("Magnesium-L-lysinaat")."""
    return text[:1].upper() + text[1:]


def isolated(name: str) -> str:
    """A name of the catalogue; one with words from right to left turns nothing around it."""
    if name.isascii() or not any(bidirectional(sign) in _RIGHT_TO_LEFT for sign in name):
        return name
    return Markup("<bdi>{}</bdi>").format(name)


def breakable(name: str) -> str:
    """A name that a narrow column breaks after "magnesium", also without Dutch hyphenation, and not before a unit."""
    broken = _MAGNESIUM_IN_A_WORD.sub("\\g<0>\N{SOFT HYPHEN}", name)
    return isolated(_BLANK_BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", broken))


def earlier_price(product: Product) -> int | None:
    """The price to show beside a reduced one today, in cents."""
    return earlier_price_cents(product, today())


def init_app(app: Flask) -> None:
    for name, function in (
        ("euro", euro),
        ("fine_euro", fine_euro),
        ("day_price", day_price),
        ("milligrams", milligrams),
        ("whole_milligrams", whole_milligrams),
        ("number", number),
        ("measured", measured),
        ("percent_of", percent_of),
        ("percent", percent),
        ("allergens", allergens),
        ("upper_first", upper_first),
        ("isolated", isolated),
        ("breakable", breakable),
        ("unit_price_cents", unit_price_cents),
        ("earlier_price", earlier_price),
    ):
        app.add_template_filter(function, name)
