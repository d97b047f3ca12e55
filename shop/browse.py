"""Browsing: the listing and the product page."""

from collections.abc import Sequence

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from catalog.facets import Facet
from catalog.models import Product, Status
from catalog.queries import Sort, product_by_slug
from catalog.queries.product import place_of
from recommend.engine import safety_notes
from recommend.knowledge import Note, Ruleset
from shop.answers_cookie import answers_as_far_as_given
from shop.cards import cards_of
from shop.database import get_ruleset, get_session
from shop.facets import Applied, groups, label
from shop.i18n import current_language, localized
from shop.kept_pages import never_keep, same_for_all
from shop.listing_page import find_page, loosened
from shop.listing_query import Wanted, in_words
from shop.product_page import product_page
from shop.structured import product_data

bp = Blueprint("browse", __name__)

MOVED, NOT_FOUND, GONE = 301, 404, 410


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
    page = find_page(get_session(), request.args, ruleset, current_language(), cards_of)
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


def _for_crawlers(wanted: Wanted) -> dict[str, object]:
    """One facet value has an address of its own; more of them, another order or a search would be pages without end."""
    if len(wanted.values) > 1 or wanted.text or wanted.sort is not Sort.RECOMMENDED:
        return {"robots": "noindex, nofollow"}
    return {"canonical_query": wanted.query()}


@localized(bp, nl="/nl/product/<slug>", en="/en/product/<slug>")
@same_for_all
def product(slug: str) -> str | Response:
    found = product_by_slug(get_session(), slug)
    if found is None:
        return _moved(slug)
    return render_product(found)


def _moved(slug: str) -> Response:
    """To the address that a product has now; what was taken out of the shop is gone for good, and says so."""
    place = place_of(get_session(), slug)
    if place is None or place.status is Status.DRAFT:
        abort(NOT_FOUND)
    if place.status is Status.ARCHIVED:
        abort(GONE)
    return redirect(url_for("browse.product", slug=place.slug), MOVED)


def render_product(product: Product, robots: str | None = None) -> str:
    """The page of a product; a draft in the admin's preview may lack amounts, which are then left out."""
    ruleset = get_ruleset()
    told = {"robots": robots} if robots else {}
    return render_template(
        "browse/product.html",
        page=product_page(product, ruleset, current_app.extensions["seller"]),
        product=product,
        data=product_data(product, ruleset),
        limits=ruleset.manifest.dose,
        ruleset=ruleset,
        stops=visitor_stops(ruleset),
        **told,
    )
