"""Listing of products: filters, search, order and pages, all in the address."""

from flask import Blueprint, render_template, request

from catalog.search.facets import Facet
from catalog.search.listing import Sort
from shop.finder.answers_cookie import visitor_stops
from shop.listing.cards import cards_by_ids
from shop.listing.facet_groups import Applied, groups, label
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
    applied = [Applied(facet, value, label(facet, value, ruleset)) for facet, value in wanted.values]
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
        explained=[ruleset.forms[form] for form in wanted.filters.chosen.get(Facet.FORM, ())],
        ruleset=ruleset,
        stops=visitor_stops(ruleset),
        **_for_crawlers(wanted),
    )


def _for_crawlers(wanted: ListingQuery) -> dict[str, object]:
    """One facet value has an address of its own; more of them, another order or a search would be pages without end."""
    if len(wanted.values) > 1 or wanted.text or wanted.sort is not Sort.RECOMMENDED:
        return {"robots": "noindex, nofollow"}
    return {"canonical_query": wanted.query()}
