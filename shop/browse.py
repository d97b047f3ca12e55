"""Browsing: the listing and the product page."""

from collections.abc import Sequence

from flask import Blueprint, abort, render_template, request, url_for

from catalog.composition import work_out
from catalog.edits import stated_of
from catalog.facets import Facet
from catalog.models import DosageForm, Product
from catalog.pricing import cents_per_measure
from catalog.queries import Sort, product_by_slug
from recommend.engine import safety_notes
from recommend.knowledge import SEVERITIES, Note, Ruleset
from shop.answers_cookie import answers_as_far_as_given
from shop.database import get_ruleset, get_session
from shop.facets import Applied, groups, label
from shop.i18n import current_language, localized
from shop.kept_pages import never_keep, same_for_all
from shop.listing_page import find_page, loosened
from shop.listing_query import Wanted, in_words

bp = Blueprint("browse", __name__)


def visitor_stops(ruleset: Ruleset) -> Sequence[Note]:
    """The stop notes of the answers that this visitor's cookie holds."""
    answers = answers_as_far_as_given()
    if answers is None:
        return ()
    return [note for note in safety_notes(answers, ruleset) if note.severity == "stop"]


@localized(bp, nl="/nl/beste-magnesium-supplementen", en="/en/best-magnesium-supplements")
@same_for_all
def products() -> str:
    ruleset = get_ruleset()
    page = find_page(get_session(), request.args, ruleset, current_language())
    wanted, found = page.wanted, page.listing
    applied = [Applied(facet, value, label(facet, value, ruleset)) for facet, value in wanted.values]
    if wanted.left_out or wanted.text:
        never_keep()  # the page says what was typed
    return render_template(
        "browse/listing.html",
        listing=found,
        wanted=wanted,
        search=page.search,
        groups=groups(found.found, wanted.filters, ruleset),
        applied=applied,
        loosened=[] if found.total else loosened(page, ruleset),
        notices=[in_words(value) for value in wanted.left_out[:3]],
        sorts=list(Sort),
        form_names=[one.label for one in applied if one.facet is Facet.FORM],
        explained=[ruleset.forms[form] for form in wanted.filters.chosen.get(Facet.FORM, ())],
        ruleset=ruleset,
        stops=visitor_stops(ruleset),
        **_for_crawlers(wanted),
    )


def _for_crawlers(wanted: Wanted) -> dict[str, str]:
    """One facet value has an address of its own; more of them, another order or a search would be pages without end."""
    if len(wanted.values) > 1 or wanted.text or wanted.sort is not Sort.RECOMMENDED:
        return {"robots": "noindex, nofollow"}
    return {"canonical": url_for("browse.products", **wanted.query(), _external=True)}


@localized(bp, nl="/nl/product/<slug>", en="/en/product/<slug>")
@same_for_all
def product(slug: str) -> str:
    ruleset = get_ruleset()
    found = product_by_slug(get_session(), slug)
    if found is None:
        abort(404)
    return render_template(
        "browse/product.html",
        product=found,
        lines=[work_out(stated_of(component), ruleset) for component in found.components],
        notes=notes_for(found, ruleset),
        unit_price_cents=_unit_price(found),
        limits=ruleset.manifest.dose,
        ruleset=ruleset,
        stops=visitor_stops(ruleset),
    )


def notes_for(product: Product, ruleset: Ruleset) -> list[Note]:
    """The notes of a product page: by severity, those that always apply before those of its forms."""
    own = [note for tag in product.tags for note in ruleset.form_notes(tag.form)]
    notes = dict.fromkeys([*ruleset.product_notes, *own])
    return sorted(notes, key=lambda note: SEVERITIES.index(note.severity))


def _unit_price(product: Product) -> int | None:
    """Cents per 100 g or 100 ml where the law asks for a unit price: not for goods sold by number."""
    if product.dosage_form in (DosageForm.POWDER, DosageForm.LIQUID):
        return cents_per_measure(product.price_cents, product.net_quantity)
    return None
