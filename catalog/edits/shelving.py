"""A product as the rows that the listing and the advice are read from."""

from typing import Any

from catalog.indexed import Indexed
from catalog.words import plain


def row_on_shelf(product: Indexed) -> dict[str, Any]:
    """What all orders sort a listed product by."""
    return _ranked(product) | {
        "price_cents": product.price_cents,
        "magnesium_per_day_ug": product.magnesium_per_day_ug,
        "name_nl": plain(product.name.nl),
        "name_en": plain(product.name.en),
    }


def rows_by_form(product: Indexed) -> list[dict[str, Any]]:
    """The same, in the orders kept for each form."""
    return [_ranked(product) | {"form": form} for form in product.forms]


def rows_for_advice(product: Indexed) -> list[dict[str, Any]]:
    """A listed product in stock, under each form that it counts as."""
    return [
        {
            "form": form,
            "tenth_cents_per_100mg": product.tenth_cents_per_100mg,
            "sku": product.sku,
            "product_id": product.product_id,
            "magnesium_ug": product.magnesium_ug,
            "tenth_cents_per_day": product.tenth_cents_per_day,
            "vegan": product.vegan,
            "dosage_form": product.dosage_form,
            "also": "".join(f" {other} " for other in product.forms if other != form),
        }
        for form in (product.counts_as if product.stock else ())
    ]


def _ranked(product: Indexed) -> dict[str, Any]:
    return {
        "product_id": product.product_id,
        "sold_out": product.stock == 0,
        "tenth_cents_per_100mg": product.tenth_cents_per_100mg,
        "sku": product.sku,
    }
