"""Comparing: up to four products, or the ranked forms, on a page whose address can be shared."""

import re

from flask import Blueprint, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from catalog.models import Product
from catalog.queries.products import forms_on_offer, products_by_slugs, products_like
from catalog.search.listing import listing
from catalog.search.matching import search
from catalog.search.snapshot import current_snapshot
from recommend.knowledge import Ruleset
from shop.compare.rows import Row, rows_of_forms, rows_of_products
from shop.finder.answers_cookie import visitor_stops
from shop.finder.fit import visitor_advice
from shop.listing.query import showable, ticked_in
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import current_language, localized
from shop.web.page_cache import same_for_all

bp = Blueprint("compare", __name__)

MOST = 4
OFFERED = 12
_SLUG = re.compile(r"[a-z0-9-]{1,120}")
_LONGEST_SEARCH = 100
_MOST_ASKED = 20


class Chosen(Struct, frozen=True):
    """The choice in the address: at most four products; `too_many` and `unknown` are left out, with a notice."""

    products: tuple[Product, ...]
    too_many: tuple[Product, ...]
    unknown: tuple[str, ...]
    words: str

    def slugs(self, without: str | None = None) -> list[str]:
        return [product.slug for product in self.products if product.slug != without]


def read_chosen() -> Chosen:
    """Read `?p=slug&p=slug&q=words`; each product counts once, whatever the rest of the address holds."""
    asked = [slug for slug in dict.fromkeys(map(showable, request.args.getlist("p"))) if slug][:_MOST_ASKED]
    found = products_by_slugs(get_session(), [slug for slug in asked if _SLUG.fullmatch(slug)])
    products = tuple(found.values())
    return Chosen(
        products=products[:MOST],
        too_many=products[MOST:],
        unknown=tuple(slug for slug in asked if slug not in found),
        words=showable(request.args.get("q", "")[:_LONGEST_SEARCH]),
    )


def rows_for(chosen: Chosen, ruleset: Ruleset) -> list[Row]:
    return rows_of_products(chosen.products, ruleset) if len(chosen.products) > 1 else []


def offered_beside(chosen: Chosen) -> list[Product]:
    """A few products to choose from: those with the words, else those that share a form, else the best placed."""
    session = get_session()
    forms = {tag.form for product in chosen.products for tag in product.tags if tag.counts_as_form}
    if forms and not chosen.words:
        return products_like(session, forms, chosen.slugs(), shown=OFFERED)
    index = current_snapshot(session, words=bool(chosen.words))
    found = search(session, index, chosen.words) if chosen.words else None
    shown = listing(session, language=current_language(), index=index, within=found.hits if found else None)
    taken = set(chosen.slugs())
    return [product for product in shown.products if product.slug not in taken][:OFFERED] if shown else []


@localized(bp, nl="/nl/vergelijk", en="/en/compare")
def products() -> str | Response:
    if "from" in request.args:  # the form of the listing sends its filters as well
        return redirect(url_for("compare.products", p=ticked_in(request.args)))
    ruleset = get_ruleset()
    chosen = read_chosen()
    offered = offered_beside(chosen)
    return render_template(
        "compare/products.html",
        chosen=chosen,
        offered=offered,
        rows=rows_for(chosen, ruleset),
        most=MOST,
        ruleset=ruleset,
        stops=visitor_stops(ruleset),
        visitor=visitor_advice(get_session(), ruleset),
    )


@localized(bp, nl="/nl/vergelijk/vormen", en="/en/compare/forms")
@same_for_all
def forms() -> str:
    ruleset = get_ruleset()
    return render_template(
        "compare/forms.html",
        rows=rows_of_forms(ruleset, forms_on_offer(get_session(), ruleset)),
        ruleset=ruleset,
    )
