"""Way back from the basket to the page of the shop that the shopper came from, filters included."""

from urllib.parse import urlsplit

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

PAGES = frozenset(
    ["listing.products", "product.page", "compare.products", "finder.advice", "compounds.compound", "pages.home"]
)
"""Endpoints that one returns to; an address is made from these alone, so that no form leads out of the shop."""
LONGEST_QUERY = 1000


def way_back(product_id: int | None = None) -> str:
    """Path and query of the page before this one, as the form, the address or the browser names it; else empty.

    With a product it leads to that product's card on the listing.
    """
    named = (request.method == "POST" and request.form.get("back")) or request.args.get("back")
    return _page_at(named, product_id) if named else _page_at(_referring_page(), product_id)


def _referring_page() -> str:
    referrer = request.referrer
    if not referrer:
        return ""
    own = request.host_url
    return referrer[len(own) - 1 :] if referrer.startswith(own) else ""


def _page_at(address: str, product_id: int | None) -> str:
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        endpoint, values = current_app.url_map.bind("").match(parts.path, "GET")
    except (ValueError, HTTPException, RequestRedirect):
        return ""
    if parts.scheme or parts.netloc or endpoint not in PAGES or len(parts.query) > LONGEST_QUERY:
        return ""
    anchor = f"p{product_id}" if product_id and endpoint == "listing.products" else None
    query = f"?{parts.query}" if parts.query else ""
    return url_for(endpoint, **values) + query + (f"#{anchor}" if anchor else "")
