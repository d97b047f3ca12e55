"""Blueprint of all admin pages: a view declares what it requires, and how large a request to it may be."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, current_app, request

bp = Blueprint("admin", __name__, url_prefix="/admin")
View = TypeVar("View", bound=Callable[..., Any])
_DECLARED = "most_bytes"


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
        request.max_content_length = request.max_form_memory_size = most
