"""Product page: its content, the earlier price beside a reduction, and the parts that are cached per edition."""

from collections.abc import Sequence
from functools import lru_cache

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
from shop.web.page_cache import Fragments, Key, cached_fragment, fragment_key, store_fragment
from shop.web.words import shown_text


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


def notes_for(product: Product, ruleset: Ruleset) -> Sequence[Note]:
    """The safety notes of a product page: by severity, those that always apply before those of its forms."""
    return _notes_for_forms(tuple(tag.form for tag in product.tags), ruleset)


@lru_cache(512)
def _notes_for_forms(forms: Sequence[str], ruleset: Ruleset) -> Sequence[Note]:
    notes = dict.fromkeys([*ruleset.product_notes, *(note for form in forms for note in ruleset.form_notes(form))])
    return tuple(sorted(notes, key=lambda note: SEVERITIES.index(note.severity)))


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


class ProductParts(Struct, frozen=True):
    """Title, description, head and body of a product page, independent of the visitor.

    In a template it becomes its body; a page puts what depends on the visitor between that and the head, with the
    name, pack and price. Without an edition it is the preview of a draft.
    """

    edition: Edition | None
    languages: tuple[Language, ...]
    """The languages that the product is published in."""
    language: Language
    """The language of its texts on this page."""
    title: Markup
    description: Markup
    head: Markup
    body: Markup
    product: Product | None = None
    """The product, where it was read because its parts are not cached."""

    def __html__(self) -> Markup:
        return self.body


def parts_by_slug(session: Session, slug: str) -> ProductParts | None:
    """The parts of a published product's page; the product itself is read only where they are not cached."""
    edition = edition_by_slug(session, slug)
    if edition is None:
        return None
    key = _key_of_parts(edition)
    cached = cached_fragment(key)
    if cached is not None:
        return _parts(edition, edition, cached)
    product = product_by_slug(session, slug)
    return _parts(edition, product, store_fragment(key, _rendered(product)), product) if product else None


def _key_of_parts(edition: Edition) -> Key:
    """The key of a product's parts.

    The body's data has absolute addresses, so that they belong to one host; it names the seller and the VAT, so that
    they belong to the settings as they were, and the rates of delivery.
    """
    table = table_in_use()
    delivery = table and (table.rates, table.weighed.get(edition.product_id))
    return fragment_key("product", edition, absolute_url(""), owner_settings(), delivery)


def _parts(
    edition: Edition | None, known: Edition | Product, rendered: Fragments, product: Product | None = None
) -> ProductParts:
    languages = published_languages(known.english_complete)
    language = current_language() if current_language() in languages else "nl"
    title, description, head, body = rendered
    return ProductParts(edition, languages, language, title, description, head, body, product)


def _rendered(product: Product) -> Fragments:
    """Title, description, head and body."""
    ruleset = get_ruleset()
    values = {
        "page": product_page(product, ruleset, seller()),
        "product": product,
        "data": product_data(product, ruleset),
        "limits": ruleset.manifest.dose,
        "ruleset": ruleset,
    }
    head, body = (render_template(f"product/{part}.html", **values) for part in ("head", "body"))
    return (
        Markup.escape(_title(product)),
        Markup.escape(_description(product)),
        Markup(head),  # noqa: S704 - a template, which escapes
        Markup(body),  # noqa: S704 - likewise
    )


def _title(product: Product) -> str:
    return ", ".join(filter(None, (shown_text(product, "name") or product.sku, product.brand.name)))


def _description(product: Product) -> str:
    amount = whole_milligrams(product.magnesium_per_day_ug)
    if product.text_language(current_language()) != current_language():  # a sentence has one language
        return _(
            "Food supplement with magnesium by %(brand)s. %(amount)s magnesium per day.",
            brand=product.brand.name,
            amount=amount,
        )
    return _(
        "Food supplement with magnesium: %(name)s. %(amount)s magnesium per day.",
        name=_title(product),
        amount=amount,
    )


def render_product(product: Product, **values: object) -> str:
    """A product page for any status, as the admin previews it; a draft may lack amounts, which are left out."""
    return render_parts(_parts(None, product, _rendered(product)), **values)


def render_parts(parts: ProductParts, **values: object) -> str:
    values = {"personal": PersonalNotes(), "instead": (), "visitor": None, "fit": None, "left_out": None} | values
    return render_template("product/page.html", parts=parts, ruleset=get_ruleset(), **values)
