"""Amounts as they are typed: what the form shows for what is stored, unambiguous in both languages."""

from decimal import Decimal

from shop.i18n import current_language

VAT_PERCENT = 9


def typed_price(cents: int) -> str:
    """A price in euro, e.g. "12,95"; empty when it is not stated yet."""
    return _comma(f"{Decimal(cents) / 100:.2f}") if cents else ""


def typed_milligrams(micrograms: int | None) -> str:
    """An amount in mg. Three decimals get a fourth, since 1.234 could also be a thousand."""
    if micrograms is None:
        return ""
    whole, rest = divmod(micrograms, 1000)
    decimals = f"{rest:03}".rstrip("0")
    if len(decimals) == 3:  # noqa: PLR2004 - see above
        decimals += "0"
    return _comma(f"{whole}.{decimals}" if decimals else str(whole))


def typed_count(count: int) -> str:
    """A count; empty when it is not stated yet."""
    return str(count) if count else ""


def without_vat(cents: int) -> int:
    """A price in cents without its VAT, rounded half up."""
    return (cents * 200 + 100 + VAT_PERCENT) // (2 * (100 + VAT_PERCENT))


def _comma(text: str) -> str:
    return text.replace(".", ",") if current_language() == "nl" else text
