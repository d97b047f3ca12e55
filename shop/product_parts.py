"""A product page but for what depends on the visitor, kept for as long as the product stays at its edition."""

from flask import current_app, render_template
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from catalog.models import Product
from catalog.queries import Edition, edition_by_slug, product_by_slug
from shop.addresses import whole_address
from shop.cards import Cards, Key
from shop.database import get_ruleset
from shop.formats import milligrams
from shop.i18n import current_language, in_current_language
from shop.product_page import product_page
from shop.reductions import today
from shop.structured import product_data

PARTS = ("title", "description", "body")


class ProductParts:
    """Title, description and, as what it becomes in a template, the body: kept ones, or made from the product.

    Without an edition, as for the preview of a draft, nothing is kept. A whole address stands in the body's data, so
    that what is kept belongs to one host.
    """

    def __init__(self, edition: Edition | None, product: Product | None = None) -> None:
        self._key: Key = (edition, current_language(), today(), whole_address(""))
        self._product = product
        self._kept = {}
        if edition is not None and product is None:
            found = {part: _cards().get((*self._key, part)) for part in PARTS}
            self._kept = {part: kept for part, kept in found.items() if kept is not None}

    @property
    def is_kept(self) -> bool:
        return len(self._kept) == len(PARTS)

    @property
    def title(self) -> str:
        return self._part("title")

    @property
    def description(self) -> str:
        return self._part("description")

    def __html__(self) -> str:
        return self._part("body")

    def _part(self, part: str) -> Markup:
        if self._product is None:
            return self._kept[part]
        made = Markup.escape(getattr(self, f"_make_{part}")(self._product))
        if self._key[0] is not None:
            _cards().keep((*self._key, part), made)
        return made

    @staticmethod
    def _make_title(product: Product) -> str:
        return f"{in_current_language(product.name)}, {product.brand.name}"

    def _make_description(self, product: Product) -> str:
        kind, amount = _("Food supplement with magnesium"), milligrams(product.magnesium_per_day_ug)
        return f"{kind}: {self._make_title(product)}. {amount} {_('magnesium per day')}."

    @staticmethod
    def _make_body(product: Product) -> Markup:
        ruleset = get_ruleset()
        body = render_template(
            "browse/product_body.html",
            page=product_page(product, ruleset, current_app.extensions["seller"]),
            product=product,
            data=product_data(product, ruleset),
            limits=ruleset.manifest.dose,
            ruleset=ruleset,
        )
        return Markup(body)  # noqa: S704 - a template, which escapes


def _cards() -> Cards:
    cards: Cards = current_app.extensions["cards"]
    return cards


def parts_at(session: Session, slug: str) -> ProductParts | None:
    """What the page of a published product shows; the product itself is read only where not all of it is kept."""
    edition = edition_by_slug(session, slug)
    if edition is None:
        return None
    parts = ProductParts(edition)
    if parts.is_kept:
        return parts
    product = product_by_slug(session, slug)
    return ProductParts(edition, product) if product else None
