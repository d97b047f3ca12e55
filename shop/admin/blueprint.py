"""The blueprint of all admin pages; a module of pages imports it and declares on each view what it requires."""

from typing import Any

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

bp = Blueprint("admin", __name__, url_prefix="/admin")

SEE_OTHER = 303
UNPROCESSABLE = 422
TOO_MANY = 429


def form_page(template: str, form: Any, **values: Any) -> Response:
    """A page with a form; 422 when something in it must be mended."""
    return make_response(render_template(template, form=form, **values), UNPROCESSABLE if form.errors else 200)
