"""Product page under its two addresses; where it went when it moved or left the shop."""

from http import HTTPStatus

from flask import Blueprint, abort, redirect, url_for
from msgspec.structs import asdict
from werkzeug.wrappers import Response

from catalog.models import Status
from catalog.queries.products import place_of, products_instead
from shop.finder.answers_cookie import visitor_stops
from shop.product.page import for_visitor, parts_by_slug, render_parts
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import localized
from shop.web.page_cache import same_for_all

bp = Blueprint("product", __name__)


@localized(bp, nl="/nl/product/<slug>", en="/en/product/<slug>")
@same_for_all
def page(slug: str) -> str | Response:
    parts = parts_by_slug(get_session(), slug)
    if parts is None:
        return _moved(slug)
    edition = parts.edition
    instead = products_instead(get_session(), edition.product_id) if edition and edition.sold_out else ()
    return render_parts(parts, instead=instead, stops=visitor_stops(get_ruleset()), **asdict(for_visitor(slug, parts)))


def _moved(slug: str) -> Response:
    """A redirect to the product's present address; an archived product answers that it is gone for good."""
    place = place_of(get_session(), slug)
    if place is None or place.status is Status.DRAFT:
        abort(HTTPStatus.NOT_FOUND)
    if place.status is Status.ARCHIVED:
        abort(HTTPStatus.GONE)
    return redirect(url_for("product.page", slug=place.slug), HTTPStatus.MOVED_PERMANENTLY)
