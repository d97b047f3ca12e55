"""Unsaved forms: stored by the script while a person types, taken back or thrown away at the next visit."""

from http import HTTPStatus

from flask import abort, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from catalog.edits.form_drafts import NEW_PRODUCT, UnsavedForm, discard_form, store_form, unsaved_form
from catalog.models import Product
from shop.admin.blueprint import MOST_FORM_BYTES, bp, max_request_bytes
from shop.admin.permissions import requires
from shop.admin.products.form import ProductForm
from shop.admin.products.proposals import may_propose
from shop.admin.products.request import carried_values, load, read_version, require_right_to_change
from shop.admin.session import author_of_request
from shop.web.database import committing, get_ruleset, get_session
from shop.web.i18n import current_language
from shop.web.i18n import gettext as _
from shop.web.services import now

FORM_BYTES = MOST_FORM_BYTES
"""A form whose texts are all as long as they may be, percent-encoded."""
MOST_FIELDS = 400
"""More than the form has with all its lines."""


def id_of(product: Product | None) -> int:
    return product.id if product else NEW_PRODUCT


def own_unsaved_form(product: Product | None) -> UnsavedForm | None:
    """The form that the signed-in user typed and did not save."""
    return unsaved_form(get_session(), author_of_request(), id_of(product), now())


def discard_own_form(product: Product | None) -> None:
    """Delete what the signed-in user typed, since it is saved or thrown away."""
    discard_form(get_session(), author_of_request(), id_of(product))


def form_of_unsaved(unsaved: UnsavedForm) -> ProductForm:
    """The form as it was typed, with the version that it started from."""
    form = ProductForm(get_ruleset(), current_language(), formdata=MultiDict(unsaved.fields))
    form.add_spare_lines()
    return form


@bp.post("/products/new/unsaved")
@requires("product.edit")
@max_request_bytes(FORM_BYTES)
@committing
def store_new_form() -> Response:
    """Store the form of a new product."""
    return _store(None)


@bp.post("/products/<int:product_id>/unsaved")
@requires("product.edit")
@max_request_bytes(FORM_BYTES)
@committing
def store_product_form(product_id: int) -> Response:
    """Store the form of a product as it is being typed; the product stays as it is."""
    product = load(product_id)
    if not may_propose(product):
        require_right_to_change(product)
    return _store(product)


def _store(product: Product | None) -> Response:
    version = read_version(request.form.get("version", ""), product) if product else 0
    fields = [("version", str(version)), *carried_values()]
    if len(fields) > MOST_FIELDS:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    store_form(get_session(), author_of_request(), id_of(product), fields, now())
    return Response(status=HTTPStatus.NO_CONTENT)


@bp.post("/products/new/unsaved/discard")
@requires("product.edit")
@committing
def discard_new_form() -> Response:
    """Throw away the unsaved form of a new product."""
    discard_own_form(None)
    flash(_("Thrown away."), "success")
    return redirect(url_for("admin.new_product"), HTTPStatus.SEE_OTHER)


@bp.post("/products/<int:product_id>/unsaved/discard")
@requires("product.edit")
@committing
def discard_product_form(product_id: int) -> Response:
    """Throw away the unsaved form of a product."""
    discard_own_form(load(product_id))
    flash(_("Thrown away."), "success")
    return redirect(url_for("admin.edit_product", product_id=product_id), HTTPStatus.SEE_OTHER)
