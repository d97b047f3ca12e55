"""Derived prices in tenths of a cent, the legal unit price, and prices without VAT; all rounded half up."""

from datetime import date

from catalog.models import DosageForm, Product
from recommend.chemistry import rounded

UG_PER_100MG = 100_000


def tenth_cents_per_100mg(price_cents: int, magnesium_ug: int, units_per_pack: int) -> int:
    """The price of 100 mg of elemental magnesium, from the pack's price and its magnesium per unit in ug."""
    return rounded(price_cents * 10 * UG_PER_100MG, magnesium_ug * units_per_pack)


def tenth_cents_per_day(price_cents: int, units_per_pack: int, units_per_day: int) -> int:
    """The price of `units_per_day` units."""
    return rounded(price_cents * 10 * units_per_day, units_per_pack)


def cents_per_measure(price_cents: int, net_quantity: float) -> int:
    """The unit price in cents per 100 g or 100 ml, from the pack's price and its content in g or ml."""
    return rounded(price_cents * 100 * 100, round(net_quantity * 100))


def unit_price_cents(product: Product) -> int | None:
    """Cents per 100 g or 100 ml for powders and liquids; None for goods sold by number, which need no unit price."""
    if product.dosage_form in (DosageForm.POWDER, DosageForm.LIQUID) and product.net_quantity:
        return cents_per_measure(product.price_cents, product.net_quantity)
    return None


VAT_PERCENT = 9
"""The Dutch VAT rate of food supplements, until the owner sets another."""


def without_vat(cents: int, percent: int = VAT_PERCENT) -> int:
    """A price in cents without its VAT, rounded half up."""
    return (cents * 200 + 100 + percent) // (2 * (100 + percent))


def earlier_price_cents(product: Product, today: date) -> int | None:
    """The price beside a reduced one, in cents; None without an announced reduction, or after its 30 days."""
    return product.from_cents if product.from_until and today < product.from_until else None
