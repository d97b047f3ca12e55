"""Browsing: the listing and the product page."""

import re
from collections.abc import Sequence

from flask import Blueprint, abort, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from catalog.composition import worked_out
from catalog.edits import stated_of
from catalog.models import DosageForm, Product, Status
from catalog.pricing import cents_per_measure
from catalog.queries import Sort, listing, product_by_slug, products_per_form
from catalog.queries.product import place_of
from recommend.engine import safety_notes
from recommend.knowledge import SEVERITIES, Note, Ruleset
from shop.answers_cookie import answers_as_far_as_given
from shop.database import get_ruleset, get_session
from shop.errors import NoSuchListingPage
from shop.i18n import current_language, in_current_language, localized

bp = Blueprint("browse", __name__)

MOVED, NOT_FOUND, GONE = 301, 404, 410
_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


class Wanted(Struct, frozen=True):
    """What the address of a listing asks for; `unknown` are filter values that this shop does not have."""

    forms: tuple[str, ...]
    sort: Sort
    page: int
    unknown: tuple[str, ...]

    def query(self, **changes: object) -> dict[str, object]:
        """Arguments for the address of this listing with changes, defaults left out."""
        asked = {"form": self.forms, "sort": self.sort.value, "page": self.page} | changes
        left_out: dict[str, object] = {"form": (), "sort": Sort.RECOMMENDED.value, "page": 1}
        return {key: value for key, value in asked.items() if value != left_out[key]}


def read_wanted(args: MultiDict[str, str], ruleset: Ruleset) -> Wanted:
    """Read the query of a listing. Raises NoSuchListingPage for a page that is no number from 1 up."""
    asked = list(dict.fromkeys(args.getlist("form")))
    known = tuple(form for form in asked if form in ruleset.forms)
    sort = args.get("sort") or Sort.RECOMMENDED.value
    unknown = [form for form in asked if form not in ruleset.forms and form]
    if sort not in list(Sort):
        unknown.append(sort)
        sort = Sort.RECOMMENDED.value
    page = args.get("page", "1")
    if not _PAGE_NUMBER.fullmatch(page):
        raise NoSuchListingPage
    return Wanted(forms=known, sort=Sort(sort), page=int(page), unknown=tuple(unknown))


def visitor_stops(ruleset: Ruleset) -> Sequence[Note]:
    """The stop notes of the answers that this visitor's cookie holds."""
    answers = answers_as_far_as_given()
    if answers is None:
        return ()
    return [note for note in safety_notes(answers, ruleset) if note.severity == "stop"]


@localized(bp, nl="/nl/beste-magnesium-supplementen", en="/en/best-magnesium-supplements")
def products() -> str:
    ruleset, session = get_ruleset(), get_session()
    wanted = read_wanted(request.args, ruleset)
    found = listing(session, forms=wanted.forms, sort=wanted.sort, page=wanted.page, language=current_language())
    if found is None:
        raise NoSuchListingPage
    return render_template(
        "browse/listing.html",
        listing=found,
        wanted=wanted,
        form_names=[in_current_language(ruleset.forms[form].short_name) for form in wanted.forms],
        sorts=list(Sort),
        per_form=products_per_form(session),
        ruleset=ruleset,
        stops=visitor_stops(ruleset),
    )


@localized(bp, nl="/nl/product/<slug>", en="/en/product/<slug>")
def product(slug: str) -> str | Response:
    found = product_by_slug(get_session(), slug)
    if found is None:
        return _moved(slug)
    return product_page(found)


def _moved(slug: str) -> Response:
    """To the address that a product has now; what was taken out of the shop is gone for good, and says so."""
    place = place_of(get_session(), slug)
    if place is None or place.status is Status.DRAFT:
        abort(NOT_FOUND)
    if place.status is Status.ARCHIVED:
        abort(GONE)
    return redirect(url_for("browse.product", slug=place.slug), MOVED)


def product_page(product: Product, robots: str | None = None) -> str:
    """The page of a product; a draft in the admin's preview may lack amounts, which are then left out."""
    ruleset = get_ruleset()
    told = {"robots": robots} if robots else {}
    return render_template(
        "browse/product.html",
        product=product,
        lines=worked_out(map(stated_of, product.components), ruleset),
        notes=notes_for(product, ruleset),
        unit_price_cents=_unit_price(product),
        limits=ruleset.manifest.dose,
        ruleset=ruleset,
        stops=visitor_stops(ruleset),
        **told,
    )


def notes_for(product: Product, ruleset: Ruleset) -> list[Note]:
    """The notes of a product page: by severity, those that always apply before those of its forms."""
    own = [note for tag in product.tags for note in ruleset.form_notes(tag.form)]
    notes = dict.fromkeys([*ruleset.product_notes, *own])
    return sorted(notes, key=lambda note: SEVERITIES.index(note.severity))


def _unit_price(product: Product) -> int | None:
    """Cents per 100 g or 100 ml where the law asks for a unit price: not for goods sold by number."""
    if product.dosage_form in (DosageForm.POWDER, DosageForm.LIQUID) and product.net_quantity:
        return cents_per_measure(product.price_cents, product.net_quantity)
    return None
