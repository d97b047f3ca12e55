"""Browsing: the listing and the product page."""

import re
from collections.abc import Sequence

from flask import Blueprint, abort, current_app, render_template, request
from msgspec import Struct
from werkzeug.datastructures import MultiDict

from catalog.queries import Sort, listing, product_by_slug, products_per_form
from recommend.engine import safety_notes
from recommend.knowledge import Note, Ruleset
from shop.answers_cookie import answers_as_far_as_given
from shop.database import get_ruleset, get_session
from shop.errors import NoSuchListingPage
from shop.i18n import current_language, in_current_language, localized
from shop.product_page import product_page
from shop.structured import product_data

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
def product(slug: str) -> str:
    ruleset = get_ruleset()
    found = product_by_slug(get_session(), slug)
    if found is None:
        abort(404)
    return render_template(
        "browse/product.html",
        page=product_page(found, ruleset, current_app.extensions["seller"]),
        product=found,
        limits=ruleset.manifest.dose,
        ruleset=ruleset,
        stops=visitor_stops(ruleset),
        data=product_data(found, ruleset),
    )
