"""Blueprint of all admin pages: a view declares what it requires, and how large a request to it may be."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, current_app, request

bp = Blueprint("admin", __name__, url_prefix="/admin")
View = TypeVar("View", bound=Callable[..., Any])
_DECLARED = "most_bytes"
MOST_FORM_BYTES = 1024 * 1024
"""The texts of a form; only files are larger. Sixty million bytes of fields would be two gigabytes in memory."""


def max_request_bytes(most_bytes: int) -> Callable[[View], View]:
    """Declare that a request to this view may be as large as that. Stands below the route."""

    def declare(view: View) -> View:
        vars(view)[_DECLARED] = most_bytes
        return view

    return declare


@bp.url_value_preprocessor
def allow(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Raise the limit before anything reads the form, which the check against forgery does first."""
    view = current_app.view_functions.get(request.endpoint or "")
    most = vars(view).get(_DECLARED) if view else None
    if most is not None:
        request.max_form_memory_size = min(most, MOST_FORM_BYTES)
        has_files = request.mimetype == "multipart/form-data"
        request.max_content_length = most if has_files else request.max_form_memory_size
