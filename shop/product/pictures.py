"""Pictures of products, under addresses that contain their hash and so never change."""

from http import HTTPStatus

from flask import Blueprint, Flask, abort, make_response, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from catalog.models import Product, ProductPicture
from catalog.pictures import Picture, picture_of
from catalog.queries.products import picture_data, product_by_slug
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import current_language
from shop.web.services import today

bp = Blueprint("pictures", __name__)
A_YEAR = 365 * 24 * 3600


class ShownPicture(Struct, frozen=True):
    """A picture as an `img` names it."""

    src: str
    srcset: str
    width: int
    height: int
    small: str = ""
    """The address of its smallest file."""


@bp.get("/media/<name>.webp")
def picture(name: str) -> Response:
    """One width of a picture; cacheable for ever, since another picture has another address."""
    data = picture_data(get_session(), name) if name.isascii() and "\0" not in name else None
    if data is None:
        abort(HTTPStatus.NOT_FOUND)
    response = make_response(data)
    response.mimetype = "image/webp"
    response.cache_control.public = response.cache_control.immutable = True
    response.cache_control.max_age = A_YEAR
    response.set_etag(name)
    return response.make_conditional(request)


@bp.get("/media/pack/<slug>.svg")
def drawn_pack(slug: str) -> Response:
    """The drawn pack of a public product, for search engines that ask for a picture; its colours are its own."""
    product = product_by_slug(get_session(), slug) if slug.isascii() and "\0" not in slug else None
    if product is None:
        abort(HTTPStatus.NOT_FOUND)
    response = make_response(render_template("product/pack.svg", product=product, ruleset=get_ruleset()).strip())
    response.mimetype = "image/svg+xml"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


def picture_addresses(product: Product) -> list[str]:
    """The paths of a product's photos in their order, or else of its drawn pack."""
    photos = [shown for picture in product.pictures if (shown := shown_picture(picture.name))]
    return [photo.src for photo in photos] or [url_for("pictures.drawn_pack", slug=product.slug)]


def shown_alt(product: Product, picture: ProductPicture) -> str:
    """The description of one of a product's pictures, as this page shows it."""
    return product.alt_text(picture, current_language(), today())


def shown_picture(name: str) -> ShownPicture | None:
    """The picture that a product names, for a template; None when it has none."""
    found = picture_of(name)
    if found is None:
        return None
    addresses = {width: _address(found, width) for width in found.widths}
    srcset = ", ".join(f"{address} {width}w" for width, address in addresses.items())
    return ShownPicture(addresses[found.width], srcset, found.width, found.height, addresses[found.widths[0]])


def _address(found: Picture, width: int) -> str:
    return url_for("pictures.picture", name=found.file(width))


def init_app(app: Flask) -> None:
    app.add_template_filter(shown_picture)
    app.add_template_filter(shown_alt)
