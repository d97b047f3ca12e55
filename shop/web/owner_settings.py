"""Settings in force, those of the environment first, and the texts of pages that somebody edited in the admin.

They are read from the database once for each of its revisions, so that a change shows at the next request to any
worker and costs other requests no query.
"""

from flask import Flask, g
from sqlalchemy.exc import SQLAlchemyError

from catalog.prices import without_vat
from catalog.queries.settings import OwnerSettings, PageTexts, stamped_settings
from catalog.search.snapshot import stamp_in_use
from shop.seller import Seller
from shop.web.database import get_session, may_write
from shop.web.page_cache import never_cache
from shop.web.services import services

SELLER_FIELDS = Seller.__struct_fields__


def owner_settings() -> OwnerSettings:
    """The settings that the owner entered; the last known ones while the database cannot be read."""
    return _stored()[0]


def page_texts() -> PageTexts:
    """The texts that somebody edited; the last known ones while the database cannot be read."""
    return _stored()[1]


def _stored() -> tuple[OwnerSettings, PageTexts]:
    if "owner_settings" not in g:
        g.owner_settings = _read()
    found: tuple[OwnerSettings, PageTexts] = g.owner_settings
    return found


def _read() -> tuple[OwnerSettings, PageTexts]:
    shared = services()
    known = shared.owner_settings
    try:
        stamp = stamp_in_use(get_session())
        if known is not None and known[0] == stamp:
            return known[1:]
        own_stamp, settings, texts = stamped_settings(get_session())
    except SQLAlchemyError:
        never_cache()  # a page with other settings than those in force is for this moment alone
        return known[1:] if known else (OwnerSettings(), {})
    # Neither what a transaction has not committed yet nor what an older one still sees is for other requests.
    if own_stamp == stamp and not may_write():
        shared.owner_settings = own_stamp, settings, texts
    return settings, texts


def seller() -> Seller:
    """The seller: each fact from the environment where it is given there."""
    fixed, entered = services().settings.seller, owner_settings()
    return Seller(
        **{name: getattr(fixed, name) or getattr(entered, f"seller_{name}") or None for name in SELLER_FIELDS}
    )


def public_url() -> str | None:
    """Scheme and host under which the world reaches the shop; None: as the request says."""
    return services().settings.public_url or owner_settings().public_url or None


def fixed_settings() -> dict[str, str]:
    """The environment's variable of each setting that is given there, and so cannot be changed in the admin."""
    settings = services().settings
    fixed = {
        f"seller_{name}": f"SHOP_SELLER_{name.upper()}" for name in SELLER_FIELDS if getattr(settings.seller, name)
    }
    return fixed | ({"public_url": "SHOP_PUBLIC_URL"} if settings.public_url else {})


def vat_percent() -> int:
    """The VAT in all prices, in percent."""
    return owner_settings().vat_percent


def price_without_vat(cents: int) -> int:
    return without_vat(cents, vat_percent())


def init_app(app: Flask) -> None:
    app.jinja_env.globals["vat_percent"] = vat_percent
    app.add_template_filter(price_without_vat, "without_vat")
