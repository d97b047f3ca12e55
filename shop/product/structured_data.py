"""Structured data of a product (schema.org) for search engines; the same facts as its page."""

from flask import url_for

from catalog.models import DosageForm, Product
from catalog.other_actives import daily_amounts
from catalog.prices import unit_price_cents
from recommend.chemistry import UG_PER_MG
from recommend.knowledge import Ruleset
from shop.product.pictures import picture_addresses
from shop.web.absolute_urls import absolute_url
from shop.web.breadcrumbs import CONTEXT, Data
from shop.web.i18n import current_language, in_current_language
from shop.web.i18n import gettext as _
from shop.web.services import services
from shop.web.words import allergens_in_words, shown_text, yes_no_or_unknown

VAT = {"valueAddedTaxIncluded": True}


def product_data(product: Product, ruleset: Ruleset) -> Data:
    """A product with its offer. An invented one says so here too."""
    pictures = [absolute_url(address) for address in picture_addresses(product)]
    data: Data = {
        "@context": CONTEXT,
        "@type": "Product",
        "@id": _address(product) + "#product",
        "url": _address(product),
        "name": shown_text(product, "name"),
        "description": shown_text(product, "summary"),
        "image": pictures if len(pictures) > 1 else pictures[0],
        "sku": product.sku,
        "inLanguage": product.text_language(current_language()),
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
    milligrams = product.magnesium_per_day_ug / UG_PER_MG
    return [
        {"@type": "PropertyValue", "name": _("Form of magnesium"), "value": forms},
        {"@type": "PropertyValue", "name": _("Magnesium per day"), "value": milligrams, "unitText": "mg"},
        *(
            {
                "@type": "PropertyValue",
                "name": _("%(what)s per day", what=in_current_language(one.substance.name)),
                "value": float(one.in_label_unit),
                "unitText": one.substance.unit,
            }
            for one in daily_amounts(product.other_actives, product.units_per_day)
        ),
        {"@type": "PropertyValue", "name": _("Vegan"), "value": yes_no_or_unknown(product.vegan)},
        {"@type": "PropertyValue", "name": _("Allergens"), "value": allergens_in_words(product)},
    ]


def offer_data(product: Product) -> Data:
    """The offer of a product; an invented one is out of stock for search engines, whose users cannot buy it."""
    buyable = product.in_stock and not product.brand.invented and services().settings.payments is not None
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
        "availability": f"{CONTEXT}/{'InStock' if buyable else 'OutOfStock'}",
        "itemCondition": f"{CONTEXT}/NewCondition",
    }


def _price(cents: int) -> Data:
    return {"price": f"{cents // 100}.{cents % 100:02}", "priceCurrency": "EUR"}


def _address(product: Product) -> str:
    return absolute_url(url_for("product.page", slug=product.slug))
