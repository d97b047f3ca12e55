"""The EU's harmonised notice on the legal guarantee (Regulation 2025/1960): a picture that the owner configures.

The official artwork may not be redrawn, so without a configured file the pages say that it is missing.
"""

from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, abort, make_response, render_template, send_file
from werkzeug.wrappers import Response

from shop.web.i18n import current_language, localized
from shop.web.services import services

bp = Blueprint("guarantee", __name__)
_KINDS = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}


def guarantee_notice() -> Path | None:
    """The notice in the language of the page, such as `guarantee-nl.svg` in the configured folder."""
    folder = services().settings.guarantee_notices
    if folder is None:
        return None
    files = (folder / f"guarantee-{current_language()}{kind}" for kind in _KINDS)
    return next((file for file in files if file.is_file()), None)


@localized(bp, nl="/nl/wettelijke-garantie", en="/en/legal-guarantee")
def page() -> Response:
    """Show the notice."""
    if guarantee_notice() is None:
        abort(HTTPStatus.NOT_FOUND)
    return make_response(render_template("ordering/guarantee.html"))


@localized(bp, nl="/nl/wettelijke-garantie/kennisgeving", en="/en/legal-guarantee/notice")
def picture() -> Response:
    """The picture, unchanged."""
    file = guarantee_notice()
    if file is None:
        abort(HTTPStatus.NOT_FOUND)
    return send_file(file, mimetype=_KINDS[file.suffix])
