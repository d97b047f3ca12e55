"""Amounts as the shopper's language writes them; the inside counts cents and micrograms."""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from babel.numbers import format_currency, format_decimal
from flask import Flask
from markupsafe import Markup, escape

from recommend.chemistry import half_up
from shop.i18n import current_language

UG_PER_MG = 1000
FINE_BELOW_TENTH_CENTS = 100
_MARKED = re.compile(r"\*([^*]+)\*")


def euro(cents: int) -> str:
    """A price, e.g. "€ 12,95"."""
    return format_currency(Decimal(cents) / 100, "EUR", locale=current_language())


def fine_euro(tenth_cents: int) -> str:
    """A derived price in euro: whole cents, or tenths of a cent below 10 cents, where they matter."""
    if tenth_cents >= FINE_BELOW_TENTH_CENTS:
        return euro(half_up(Fraction(tenth_cents, 10)))
    return _in_tenths(tenth_cents)


def exact_euro(tenth_cents: int) -> str:
    """A bound in euro, unrounded, so that nothing costs what the bound shows and yet lies above it."""
    return _in_tenths(tenth_cents) if tenth_cents % 10 else euro(tenth_cents // 10)


def _in_tenths(tenth_cents: int) -> str:
    pattern = "¤\N{NO-BREAK SPACE}0.000" if current_language() == "nl" else "¤0.000"
    return format_currency(
        Decimal(tenth_cents) / 1000, "EUR", pattern, locale=current_language(), currency_digits=False
    )


def milligrams(micrograms: int) -> str:
    """An amount of magnesium or compound, e.g. "56,3 mg", with at most one decimal."""
    return f"{number(Decimal(micrograms) / UG_PER_MG)}\N{NO-BREAK SPACE}mg"


def number(value: Decimal | int) -> str:
    rounded = Decimal(value).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return format_decimal(rounded, "#,##0.#", locale=current_language())


def percent_of(part: int, whole: int) -> str:
    """A whole percentage, e.g. "40%"."""
    return f"{half_up(Fraction(part * 100, whole))}\N{NO-BREAK SPACE}%"


def percent(share: Fraction, *, decimals: int = 0) -> str:
    """A share as a percentage, e.g. "16,2 %"; whole unless decimals are asked."""
    rounded = Decimal(half_up(share * 100 * 10**decimals)).scaleb(-decimals)
    return f"{format_decimal(rounded, locale=current_language())}\N{NO-BREAK SPACE}%"


def allergens(ingredients: str) -> Markup:
    """An ingredient list with its *marked* allergens emphasised, as Regulation (EU) 1169/2011 Art. 21 asks."""
    marked = str(escape(ingredients))
    return Markup(_MARKED.sub(r"<strong>\1</strong>", marked))  # noqa: S704 - escaped just above


def upper_first(text: str) -> str:
    """A name at the start of a line; the rest keeps its capitals ("Magnesium-L-lysinaat")."""
    return text[:1].upper() + text[1:]


def add_formats(app: Flask) -> None:
    for name, function in (
        ("euro", euro),
        ("fine_euro", fine_euro),
        ("milligrams", milligrams),
        ("number", number),
        ("percent_of", percent_of),
        ("percent", percent),
        ("allergens", allergens),
        ("upper_first", upper_first),
    ):
        app.add_template_filter(function, name)
