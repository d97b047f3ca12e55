"""Product page: its content, the earlier price beside a reduction, and the parts that are cached per edition."""

from collections.abc import Sequence

from flask import render_template
from markupsafe import Markup
from msgspec import Struct
from sqlalchemy.orm import Session

from catalog.composition import Line, worked_out
from catalog.models import Product
from catalog.other_actives import DailyAmount, daily_amounts
from catalog.prices import unit_price_cents
from catalog.product_state import label_line_of
from catalog.queries.products import product_by_slug
from catalog.search.listing import Edition, edition_by_slug
from recommend.knowledge import SEVERITIES, Note, Ruleset
from shop.product.structured_data import product_data
from shop.seller import Seller
from shop.web.absolute_urls import absolute_url
from shop.web.database import get_ruleset
from shop.web.i18n import gettext as _
from shop.web.i18n import in_current_language
from shop.web.number_format import milligrams
from shop.web.page_cache import cached_fragment, fragment_key, store_fragment
from shop.web.services import services

PARTS = ("title", "description", "body")


class ProductPage(Struct, frozen=True):
    """A product with what follows from it. `unit_price_cents` is None where the law asks for no unit price.

    In a preview of a draft, lines without an amount yet are left out.
    """

    product: Product
    lines: Sequence[Line]
    other_actives: Sequence[DailyAmount]
    notes: Sequence[Note]
    unit_price_cents: int | None
    seller: Seller


def product_page(product: Product, ruleset: Ruleset, seller: Seller) -> ProductPage:
    return ProductPage(
        product=product,
        lines=worked_out(map(label_line_of, product.components), ruleset),
        other_actives=daily_amounts(product.other_actives, product.units_per_day),
        notes=notes_for(product, ruleset),
        unit_price_cents=unit_price_cents(product),
        seller=seller,
    )


def notes_for(product: Product, ruleset: Ruleset) -> list[Note]:
    """The safety notes of a product page: by severity, those that always apply before those of its forms."""
    own = [note for tag in product.tags for note in ruleset.form_notes(tag.form)]
    notes = dict.fromkeys([*ruleset.product_notes, *own])
    return sorted(notes, key=lambda note: SEVERITIES.index(note.severity))


class ProductParts:
    """Title, description and body of a product page, independent of the visitor: cached, or rendered on demand.

    In a template it becomes its body. Without an edition, as for the preview of a draft, nothing is cached. The
    body's data has absolute addresses, so that a cached part belongs to one host.
    """

    def __init__(self, edition: Edition | None, product: Product | None = None) -> None:
        self._edition, self._product = edition, product
        self._cached: dict[str, Markup] = {}
        if edition is not None and product is None:
            found = {part: cached_fragment(self._key(part)) for part in PARTS}
            self._cached = {part: cached for part, cached in found.items() if cached is not None}

    def _key(self, part: str) -> tuple[object, ...]:
        return fragment_key(f"product {part}", self._edition, absolute_url(""))

    @property
    def is_cached(self) -> bool:
        return len(self._cached) == len(PARTS)

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
            return self._cached[part]
        rendered = Markup.escape(getattr(self, f"_render_{part}")(self._product))
        return rendered if self._edition is None else store_fragment(self._key(part), rendered)

    @staticmethod
    def _render_title(product: Product) -> str:
        return f"{in_current_language(product.name)}, {product.brand.name}"

    def _render_description(self, product: Product) -> str:
        amount = milligrams(product.magnesium_per_day_ug)
        return _(
            "Food supplement with magnesium: %(name)s. %(amount)s magnesium per day.",
            name=self._render_title(product),
            amount=amount,
        )

    @staticmethod
    def _render_body(product: Product) -> Markup:
        ruleset = get_ruleset()
        body = render_template(
            "product/body.html",
            page=product_page(product, ruleset, services().settings.seller),
            product=product,
            data=product_data(product, ruleset),
            limits=ruleset.manifest.dose,
            ruleset=ruleset,
        )
        return Markup(body)  # noqa: S704 - a template, which escapes


def parts_by_slug(session: Session, slug: str) -> ProductParts | None:
    """The parts of a published product's page; the product itself is read only where a part is not cached."""
    edition = edition_by_slug(session, slug)
    if edition is None:
        return None
    parts = ProductParts(edition)
    if parts.is_cached:
        return parts
    product = product_by_slug(session, slug)
    return ProductParts(edition, product) if product else None


def render_product(product: Product, **values: object) -> str:
    """A product page for any status, as the admin previews it; a draft may lack amounts, which are left out."""
    return render_parts(ProductParts(None, product), **values)


def render_parts(parts: ProductParts, **values: object) -> str:
    return render_template("product/page.html", parts=parts, ruleset=get_ruleset(), **values)
