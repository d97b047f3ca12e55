"""Product page: its content, the earlier price beside a reduction, and the parts that are cached per edition."""

from collections.abc import Sequence

from flask import render_template
from markupsafe import Markup
from msgspec import Struct
from sqlalchemy.orm import Session

from catalog.composition import Line, worked_out
from catalog.models import Beside, Product
from catalog.models.product import published_languages
from catalog.orders.delivery import LeastDelivery
from catalog.other_actives import DailyAmount, beside_magnesium, daily_amounts
from catalog.prices import unit_price_cents
from catalog.product_state import label_line_of
from catalog.queries.products import product_by_slug
from catalog.search.listing import Edition, edition_by_slug
from recommend.answers import Answers
from recommend.engine import forms_not_for
from recommend.knowledge import SEVERITIES, Form, Note, Ruleset
from recommend.substances import Substance, SubstanceNote
from recommend.text import Language
from shop.finder.answers_cookie import partial_answers
from shop.finder.fit import Fit, VisitorAdvice, visitor_advice
from shop.product.delivery import delivery_of, table_in_use
from shop.product.structured_data import product_data
from shop.seller import Seller
from shop.web.absolute_urls import absolute_url
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import current_language
from shop.web.i18n import gettext as _
from shop.web.number_format import whole_milligrams
from shop.web.owner_settings import owner_settings, seller
from shop.web.page_cache import cached_fragment, fragment_key, store_fragment
from shop.web.words import shown_text

PARTS = ("title", "description", "head", "body")


class ProductPage(Struct, frozen=True):
    """A product with what follows from it. `unit_price_cents` is None where the law asks for no unit price.

    In a preview of a draft, lines without an amount yet are left out.
    """

    product: Product
    lines: Sequence[Line]
    other_actives: Sequence[DailyAmount]
    notes: Sequence[Note]
    unit_price_cents: int | None
    days: int
    """Days that a pack lasts at the label's portion; 0 when it is not known."""
    seller: Seller
    delivery: Sequence[LeastDelivery]
    """The cheapest delivery of one pack to each country."""
    delivery_days: int


def product_page(product: Product, ruleset: Ruleset, seller: Seller) -> ProductPage:
    return ProductPage(
        product=product,
        lines=worked_out(map(label_line_of, product.components), ruleset),
        other_actives=daily_amounts(product.other_actives, product.units_per_day),
        notes=notes_for(product, ruleset),
        unit_price_cents=unit_price_cents(product),
        days=product.units_per_pack // product.units_per_day if product.units_per_day else 0,
        seller=seller,
        delivery=delivery_of(product),
        delivery_days=owner_settings().delivery_days,
    )


def notes_for(product: Product, ruleset: Ruleset) -> list[Note]:
    """The safety notes of a product page: by severity, those that always apply before those of its forms."""
    own = [note for tag in product.tags for note in ruleset.form_notes(tag.form)]
    notes = dict.fromkeys([*ruleset.product_notes, *own])
    return sorted(notes, key=lambda note: SEVERITIES.index(note.severity))


class PersonalNotes(Struct, frozen=True):
    """Cautions of one product for a visitor's answers; empty for answers that it goes with.

    `not_for` are its forms that the law forbids for these answers, each with its notes.
    """

    not_for: Sequence[tuple[Form, Sequence[Note]]] = ()
    only_magnesium: bool = False
    substances: Sequence[tuple[Substance, Sequence[SubstanceNote], bool]] = ()
    """Substances of the product with their personal notes, and whether pregnancy asks a professional first."""

    def __bool__(self) -> bool:
        return bool(self.not_for or self.only_magnesium or self.substances)


def personal_notes(product: Product, answers: Answers, ruleset: Ruleset) -> PersonalNotes:
    """Cautions of this product for these answers."""
    forbidden = forms_not_for(answers.conditions, ruleset)
    found = (
        (one.substance, one.substance.notes_for(answers), one.substance.asks_first_in_pregnancy(answers))
        for one in daily_amounts(product.other_actives, product.units_per_day)
    )
    is_alone = beside_magnesium(product) is Beside.NOTHING and not product.label_faults
    return PersonalNotes(
        not_for=[
            (ruleset.forms[tag.form], ruleset.form_notes(tag.form)) for tag in product.tags if tag.form in forbidden
        ],
        only_magnesium=answers.only_magnesium and not is_alone,
        substances=[(substance, notes, first) for substance, notes, first in found if notes or first],
    )


class ForVisitor(Struct, frozen=True):
    """Parts of a product page for this visitor alone: cautions, the advice, and the product's fit to it."""

    personal: PersonalNotes = PersonalNotes()
    visitor: VisitorAdvice | None = None
    fit: Fit | None = None


def for_visitor(slug: str, parts: "ProductParts") -> ForVisitor:
    """A public product for the answers in this visitor's cookie; it is read only for answers, and once."""
    answers = partial_answers()
    if not answers:
        return ForVisitor()
    product = parts.product or product_by_slug(get_session(), slug)
    if not product:
        return ForVisitor()
    visitor = visitor_advice(get_session(), get_ruleset())
    return ForVisitor(
        personal_notes(product, answers, get_ruleset()), visitor, visitor.fit(product) if visitor else None
    )


class ProductParts:
    """Title, description and body of a product page, independent of the visitor: cached, or rendered on demand.

    In a template it becomes its body. Without an edition, as for the preview of a draft, nothing is cached. The
    body's data has absolute addresses, so that a cached part belongs to one host; it names the seller and the VAT, so
    that it belongs to the settings as they were, and the rates of delivery.
    """

    def __init__(self, edition: Edition | None, product: Product | None = None) -> None:
        self._edition, self._product = edition, product
        self._cached: dict[str, Markup] = {}
        if edition is not None and product is None:
            found = {part: cached_fragment(self._key(part)) for part in PARTS}
            self._cached = {part: cached for part, cached in found.items() if cached is not None}

    def _key(self, part: str) -> tuple[object, ...]:
        table = table_in_use()
        delivery = table and (table.rates, table.weighed.get(self._edition.product_id if self._edition else 0))
        return fragment_key(f"product {part}", self._edition, absolute_url(""), owner_settings(), delivery)

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages that the product is published in."""
        known = self._edition if self._product is None else self._product
        return published_languages(known is not None and known.english_complete)

    @property
    def language(self) -> Language:
        """The language of its texts on this page."""
        return current_language() if current_language() in self.languages else "nl"

    @property
    def is_cached(self) -> bool:
        return len(self._cached) == len(PARTS)

    @property
    def title(self) -> str:
        return self._part("title")

    @property
    def head(self) -> str:
        """The name, pack and price; a page puts what depends on the visitor between it and the body."""
        return self._part("head")

    @property
    def edition(self) -> Edition | None:
        return self._edition

    @property
    def product(self) -> Product | None:
        """The product, where it was read because a part is not cached."""
        return self._product

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
        return ", ".join(filter(None, (shown_text(product, "name") or product.sku, product.brand.name)))

    def _render_description(self, product: Product) -> str:
        amount = whole_milligrams(product.magnesium_per_day_ug)
        if product.text_language(current_language()) != current_language():  # a sentence has one language
            return _(
                "Food supplement with magnesium by %(brand)s. %(amount)s magnesium per day.",
                brand=product.brand.name,
                amount=amount,
            )
        return _(
            "Food supplement with magnesium: %(name)s. %(amount)s magnesium per day.",
            name=self._render_title(product),
            amount=amount,
        )

    def _render_head(self, product: Product) -> Markup:
        return self._render("product/head.html", product)

    def _render_body(self, product: Product) -> Markup:
        return self._render("product/body.html", product)

    @staticmethod
    def _render(template: str, product: Product) -> Markup:
        ruleset = get_ruleset()
        rendered = render_template(
            template,
            page=product_page(product, ruleset, seller()),
            product=product,
            data=product_data(product, ruleset),
            limits=ruleset.manifest.dose,
            ruleset=ruleset,
        )
        return Markup(rendered)  # noqa: S704 - a template, which escapes


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
    values = {"personal": PersonalNotes(), "instead": (), "visitor": None, "fit": None, "left_out": None} | values
    return render_template("product/page.html", parts=parts, ruleset=get_ruleset(), **values)
