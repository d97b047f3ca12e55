"""Readiness for ordering: the facts that the law asks of a shop that sells, and which of them are missing."""

from collections.abc import Collection, Iterable

from catalog.models import Product
from recommend.text import LANGUAGES
from shop.payments.providers import payments_for
from shop.settings import PaymentsSetting
from shop.web.i18n import current_language, gettext
from shop.web.i18n import lazy_gettext as _
from shop.web.owner_settings import owner_settings, public_url, seller
from shop.web.services import services

FACTS = {
    "seller_name": _("Name of the business"),
    "seller_address": _("Address of the business"),
    "seller_email": _("E-mail address of the shop"),
    "seller_phone": _("Telephone number"),
    "seller_kvk": _("Trade register number (KvK)"),
    "seller_vat": _("VAT number"),
    "seller_iban": _("Bank account (IBAN) for paying after delivery"),
    "return_address": _("Return address"),
    "terms_nl": _("General terms (Dutch)"),
    "terms_en": _("General terms (English)"),
    "public_url": _("Public address of the site"),
    "payments": _("A payment provider (SHOP_PAYMENTS)"),
}
"""Facts that a shop needs before it sells, by setting."""


def missing_facts() -> dict[str, str]:
    """The facts that are missing for selling real products, by setting."""
    entered, known = owner_settings(), seller()
    given = {
        **{f"seller_{name}": getattr(known, name) for name in ("name", "address", "email", "phone", "kvk", "vat")},
        **{name: getattr(entered, name) for name in ("seller_iban", "return_address", "terms_nl", "terms_en")},
        "public_url": public_url(),
        "payments": services().settings.payments,
    }
    return {name: label for name, label in FACTS.items() if not given[name]}


def is_trial(products: Iterable[Product]) -> bool:
    """Whether ordering these products is a trial: nothing is charged and nothing is sent."""
    return payments_for(services(), products) is PaymentsSetting.TRIAL


def can_order(products: Collection[Product]) -> bool:
    """Whether these products can be ordered now; invented ones in a trial alone."""
    return is_trial(products) or not (missing_facts() or any(product.brand.invented for product in products))


def terms_text(*, trial: bool) -> str:
    """The general terms in the language of the page; a trial has its own, which say that nothing is sold."""
    if trial:
        return gettext(
            "Trial terms. This is a trial of a shop with invented products. Nothing is sold, nothing is charged and "
            "nothing is sent. An order here has no legal effect."
        )
    entered = owner_settings()
    return dict(zip(LANGUAGES, (entered.terms_nl, entered.terms_en), strict=True))[current_language()]
