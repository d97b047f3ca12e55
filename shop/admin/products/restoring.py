"""Restoring of an earlier version of a product, after a preview of the changes."""

from http import HTTPStatus
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from msgspec import Struct
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response

from catalog.edits.products import restore, state_at
from catalog.edits.store import ConflictError
from catalog.models import How, Product
from catalog.product_problems import RefusedError
from catalog.product_state import FIELDS, ProductState, state_of_product
from shop.admin.blueprint import bp
from shop.admin.permissions import requires
from shop.admin.products.labels import said_of
from shop.admin.products.request import author_of_form, load, whole_number
from shop.web.database import committing, get_ruleset, get_session
from shop.web.i18n import gettext as _


class Restored(Struct, frozen=True):
    """A field that restoring changes, or that somebody changed since `seen`."""

    field: str
    seen: Any
    now: Any
    then: Any


@bp.get("/products/<int:product_id>/restore")
@requires("history.restore")
def restore_preview(product_id: int) -> Response:
    """Preview of a restored product, field by field."""
    product = load(product_id)
    version, then = _wanted(product, request.args.get("version", ""))
    return _page(product, version, then)


@bp.post("/products/<int:product_id>/restore")
@requires("history.restore")
@committing
def restore_product(product_id: int) -> Response:
    """Restore what was shown; when somebody changed the product meanwhile, show what it would change now."""
    product = load(product_id)
    version, then = _wanted(product, request.form.get("version", ""))
    seen = whole_number(request.form.get("seen", ""), 0, digits=8)
    author = author_of_form(request.form.get("reason", ""), How.RESTORE)
    try:
        restore(get_session(), product_id, version, seen=seen, author=author, ruleset=get_ruleset())
    except ConflictError:
        get_session().rollback()
        return _page(load(product_id), version, then, seen=seen, status=HTTPStatus.CONFLICT)
    except RefusedError as error:
        get_session().rollback()
        return _page(load(product_id), version, then, refused=said_of(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(_("Version %(number)d is restored.", number=version), "success")
    return redirect(url_for("admin.product_history", product_id=product_id), HTTPStatus.SEE_OTHER)


def _wanted(product: Product, text: str) -> tuple[int, ProductState]:
    """The version that is asked for and what the product was then, or 404."""
    version = whole_number(text, 0, digits=8)
    try:
        return version, state_at(get_session(), product.id, version)
    except NoResultFound:
        abort(HTTPStatus.NOT_FOUND)


def _page(
    product: Product, version: int, then: ProductState, *, seen: int = 0, refused: str = "", status: int = 200
) -> Response:
    now = state_of_product(product)
    was = state_at(get_session(), product.id, seen) if 0 < seen < product.version else now
    page = render_template(
        "admin/products/restore.html",
        product=product,
        version=version,
        seen=seen if was is not now else 0,
        conflict=status == HTTPStatus.CONFLICT,
        refused=refused,
        fields=_differences(was, now, then),
        reason=request.form.get("reason", ""),
        ruleset=get_ruleset(),
    )
    return make_response(page, status)


def _differences(was: ProductState, now: ProductState, then: ProductState) -> list[Restored]:
    values = ((name, *(getattr(state, name) for state in (was, now, then))) for name in FIELDS)
    return [Restored(*each) for each in values if each[1] != each[2] or each[2] != each[3]]
