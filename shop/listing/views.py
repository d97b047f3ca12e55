"""Listing of products: filters, search, order and pages, all in the address."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, Response, jsonify, request

from catalog.search.facets import Facet
from catalog.search.listing import PAGE_SIZE, Sort
from catalog.search.snapshot import current_snapshot
from recommend.knowledge import Form, Ruleset
from shop.finder.answers_cookie import visitor_stops
from shop.finder.fit import Fit, VisitorAdvice, visitor_advice
from shop.listing.cards import Card, cards_by_ids, ticked_elsewhere
from shop.listing.facet_groups import applied_filters, explained, narrowing
from shop.listing.page import ListingPage, find_page, loosened
from shop.listing.query import ListingQuery, in_words, ticked_in
from shop.listing.search_words import answer_blocks, notices, wish_chips
from shop.listing.suggestions import suggested_words
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import current_language, localized
from shop.web.page_cache import never_cache, same_for_all
from shop.web.templates import render_page

bp = Blueprint("listing", __name__)
WORDS_SECONDS = 600
"""Age up to which a browser uses the words of suggestions again."""


@localized(bp, nl="/nl/beste-magnesium-supplementen", en="/en/best-magnesium-supplements")
@same_for_all
def products() -> bytes:
    ruleset = get_ruleset()
    visitor = visitor_advice(get_session(), ruleset)  # a page for a visitor is never cached
    cards = partial(cards_by_ids, ticked=ticked_in(request.args), read_all=visitor is not None)
    page = find_page(get_session(), request.args, ruleset, current_language(), cards)
    wanted, found = page.wanted, page.listing
    applied = applied_filters(wanted.filters, ruleset)
    asked = page.search
    if not page.is_of_shop_alone:
        never_cache()
    return render_page(
        "listing/listing.html",
        listing=found,
        fitted=_fitted(found.products, visitor, wanted.sort) if visitor else (),
        cards=b"" if visitor else b"\n".join(card.html() + b"</li>" for card in found.products),
        wanted=wanted,
        search=asked,
        answers=answer_blocks(asked, ruleset) if asked else [],
        chips=wish_chips(asked, wanted, ruleset) if asked else [],
        search_notices=[text for _, text in notices(asked)] if asked else [],
        narrowing=narrowing(get_session(), wanted, found.found, ruleset, keep=page.is_of_shop_alone),
        ticked_elsewhere=ticked_elsewhere(wanted.ticked, found.products),
        applied=[*zip(applied, wanted.addresses_without((one.facet, one.value) for one in applied), strict=True)],
        loosened=[] if found.total else loosened(page, ruleset),
        notices=[in_words(value) for value in wanted.left_out[:3]],
        page_size=PAGE_SIZE,
        visitor=visitor,
        form_names=[one.label for one in applied if one.facet is Facet.FORM],
        explained=[explained(one) for one in _compounds(page, ruleset)],
        ruleset=ruleset,
        stops=visitor_stops(ruleset),
        **_for_crawlers(wanted),
    )


@localized(bp, nl="/nl/zoekwoorden.json", en="/en/search-words.json")
def words() -> Response:
    """The same for everybody, so that a browser can suggest while one types and send none of it."""
    index = current_snapshot(get_session())
    response = jsonify(suggested_words(index, get_ruleset(), current_language()))
    response.headers["Cache-Control"] = f"public, max-age={WORDS_SECONDS}"
    return response


def _fitted(cards: Sequence[Card], visitor: VisitorAdvice, sort: Sort) -> list[tuple[Card, Fit | None]]:
    """The cards of a page with their fit; in our own order those that are not for the visitor come last."""
    fitted = [(card, visitor.fit(card.product) if card.product else None) for card in cards]
    if sort is Sort.RECOMMENDED:
        fitted.sort(key=lambda one: one[1] is not None and not one[1].suits)
    return fitted


def _compounds(page: ListingPage, ruleset: Ruleset) -> list[Form]:
    """The compounds behind the forms that were chosen or searched for, once each."""
    forms = (*page.wanted.filters.chosen.get(Facet.FORM, ()), *(page.search.forms if page.search else ()))
    return [ruleset.forms[record] for record in dict.fromkeys(ruleset.forms[form].record for form in forms)]


def _for_crawlers(wanted: ListingQuery) -> dict[str, object]:
    """One facet value has an address of its own; more of them, another order or a search would be pages without end."""
    if len(wanted.values) > 1 or wanted.text or wanted.sort is not Sort.RECOMMENDED:
        return {"robots": "noindex, nofollow"}
    return {"canonical_query": wanted.query(p=None)}
