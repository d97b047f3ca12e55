"""Listing of products: filters, search, order and pages, all in the address."""

from collections.abc import Iterable

from flask import Blueprint, render_template, request

from catalog.search.facets import Facet
from catalog.search.listing import Sort
from recommend.knowledge import Form, Ruleset
from shop.finder.answers_cookie import visitor_stops
from shop.listing.cards import cards_by_ids
from shop.listing.facet_groups import applied_filters, groups
from shop.listing.page import find_page, loosened
from shop.listing.query import ListingQuery, in_words
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import current_language, localized
from shop.web.page_cache import never_cache, same_for_all

bp = Blueprint("listing", __name__)


@localized(bp, nl="/nl/beste-magnesium-supplementen", en="/en/best-magnesium-supplements")
@same_for_all
def products() -> str:
    ruleset = get_ruleset()
    page = find_page(get_session(), request.args, ruleset, current_language(), cards_by_ids)
    wanted, found = page.wanted, page.listing
    applied = applied_filters(wanted.filters, ruleset)
    if wanted.left_out or wanted.text:
        never_cache()  # the page says what was typed
    return render_template(
        "listing/listing.html",
        listing=found,
        wanted=wanted,
        search=page.search,
        groups=groups(found.found, wanted.filters, ruleset),
        applied=applied,
        loosened=[] if found.total else loosened(page, ruleset),
        notices=[in_words(value) for value in wanted.left_out[:3]],
        sorts=list(Sort),
        form_names=[one.label for one in applied if one.facet is Facet.FORM],
        explained=_compounds(wanted.filters.chosen.get(Facet.FORM, ()), ruleset),
        ruleset=ruleset,
        stops=visitor_stops(ruleset),
        **_for_crawlers(wanted),
    )


def _compounds(forms: Iterable[str], ruleset: Ruleset) -> list[Form]:
    """The compounds behind the chosen forms, once each."""
    return [ruleset.forms[record] for record in dict.fromkeys(ruleset.forms[form].record for form in forms)]


def _for_crawlers(wanted: ListingQuery) -> dict[str, object]:
    """One facet value has an address of its own; more of them, another order or a search would be pages without end."""
    if len(wanted.values) > 1 or wanted.text or wanted.sort is not Sort.RECOMMENDED:
        return {"robots": "noindex, nofollow"}
    return {"canonical_query": wanted.query()}
