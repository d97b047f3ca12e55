"""Structured data (schema.org) for search engines: what a page says in text, in a shape that programs read."""

from collections.abc import Sequence
from typing import Any

from flask import Flask, url_for
from flask_babel import gettext as _

from catalog.models import DosageForm, Product
from recommend.knowledge import Ruleset
from shop.addresses import whole_address
from shop.i18n import current_language, in_current_language
from shop.product_page import unit_price_cents

CONTEXT = "https://schema.org"
VAT = {"valueAddedTaxIncluded": True}
Data = dict[str, Any]
Trail = Sequence[tuple[str, str]]
"""Names and paths from the home page down to the page itself."""


def describe(app: Flask) -> None:
    app.context_processor(lambda: {"breadcrumbs": breadcrumbs})


def breadcrumbs(trail: Trail) -> Data:
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": whole_address(path)}
            for position, (name, path) in enumerate(trail, start=1)
        ],
    }


def product_data(product: Product, ruleset: Ruleset) -> Data:
    """A product with its offer. An invented one says so here too."""
    data: Data = {
        "@context": CONTEXT,
        "@type": "Product",
        "@id": _address(product) + "#product",
        "url": _address(product),
        "name": in_current_language(product.name),
        "description": in_current_language(product.summary),
        "sku": product.sku,
        "inLanguage": current_language(),
        "category": _("Food supplement with magnesium"),
        "brand": {"@type": "Brand", "name": product.brand.name},
        "additionalProperty": _properties(product, ruleset),
        "offers": offer_data(product),
    }
    if product.ean:
        data["gtin13"] = product.ean
    if product.brand.invented:
        data["disambiguatingDescription"] = _("An invented product of a sample catalogue.")
    return data


def _properties(product: Product, ruleset: Ruleset) -> list[Data]:
    forms = ", ".join(in_current_language(ruleset.forms[tag.form].name) for tag in product.tags)
    milligrams = product.magnesium_per_day_ug / 1000
    return [
        {"@type": "PropertyValue", "name": _("Form of magnesium"), "value": forms},
        {"@type": "PropertyValue", "name": _("Magnesium per day"), "value": milligrams, "unitText": "mg"},
    ]


def offer_data(product: Product) -> Data:
    """The offer: out of stock for whoever would buy, whatever the shelf holds, since nothing can be ordered yet."""
    prices: list[Data] = [{"@type": "UnitPriceSpecification", **_price(product.price_cents), **VAT}]
    unit_price = unit_price_cents(product)
    if unit_price is not None:
        unit = "MLT" if product.dosage_form is DosageForm.LIQUID else "GRM"
        measure = {"@type": "QuantitativeValue", "value": 100, "unitCode": unit}
        prices.append({"@type": "UnitPriceSpecification", **_price(unit_price), **VAT, "referenceQuantity": measure})
    return {
        "@type": "Offer",
        "url": _address(product),
        **_price(product.price_cents),
        "priceSpecification": prices,
        "availability": f"{CONTEXT}/OutOfStock",
        "itemCondition": f"{CONTEXT}/NewCondition",
    }


def _price(cents: int) -> Data:
    return {"price": f"{cents // 100}.{cents % 100:02}", "priceCurrency": "EUR"}


def _address(product: Product) -> str:
    return whole_address(url_for("browse.product", slug=product.slug))
