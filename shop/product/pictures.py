"""Pictures of products, under addresses that contain their hash and so never change."""

from http import HTTPStatus

from flask import Blueprint, Flask, abort, make_response, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from catalog.pictures import Picture, picture_of
from catalog.queries.products import picture_data
from shop.web.database import get_session

bp = Blueprint("pictures", __name__)
A_YEAR = 365 * 24 * 3600


class ShownPicture(Struct, frozen=True):
    """A picture as an `img` names it."""

    src: str
    srcset: str
    width: int
    height: int


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


def shown_picture(name: str) -> ShownPicture | None:
    """The picture that a product names, for a template; None when it has none."""
    found = picture_of(name)
    if found is None:
        return None
    addresses = {width: _address(found, width) for width in found.widths}
    srcset = ", ".join(f"{address} {width}w" for width, address in addresses.items())
    return ShownPicture(addresses[found.width], srcset, found.width, found.height)


def _address(found: Picture, width: int) -> str:
    return url_for("pictures.picture", name=found.file(width))


def init_app(app: Flask) -> None:
    app.add_template_filter(shown_picture)
