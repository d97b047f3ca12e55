"""Browsing: the listing and the product page."""

import re
from collections.abc import Sequence

from flask import Blueprint, abort, render_template, request
from msgspec import Struct
from werkzeug.datastructures import MultiDict

from catalog.composition import work_out
from catalog.edits import stated_of
from catalog.models import DosageForm, Product
from catalog.pricing import cents_per_measure
from catalog.queries import Sort, listing, product_by_slug, products_per_form
from recommend.engine import safety_notes
from recommend.knowledge import SEVERITIES, Note, Ruleset
from shop.answers_cookie import answers_as_far_as_given
from shop.database import get_ruleset, get_session
from shop.errors import NoSuchListingPage
from shop.i18n import current_language, in_current_language, localized
from shop.kept_pages import never_keep, same_for_all

bp = Blueprint("browse", __name__)

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
@same_for_all
def products() -> str:
    ruleset, session = get_ruleset(), get_session()
    wanted = read_wanted(request.args, ruleset)
    found = listing(session, forms=wanted.forms, sort=wanted.sort, page=wanted.page, language=current_language())
    if found is None:
        raise NoSuchListingPage
    if wanted.unknown:
        never_keep()  # the page says what was asked and left out
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
