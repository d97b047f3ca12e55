"""Copy a product, and delete one that was never public."""

from http import HTTPStatus

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from catalog.edits.drafts import copy_product, delete_draft, may_be_deleted
from catalog.edits.store import ConflictError
from catalog.models import Product
from catalog.product_problems import RefusedError
from shop.admin.blueprint import bp
from shop.admin.permissions import requires
from shop.admin.products.labels import name_or_sku, said_of
from shop.admin.products.request import author_of_form, load, read_version, require_right_to_change
from shop.web.database import committing, get_ruleset, get_session
from shop.web.i18n import gettext as _


@bp.post("/products/<int:product_id>/copy")
@requires("product.edit")
@committing
def duplicate_product(product_id: int) -> Response:
    """Add a draft like this product and open its form."""
    product = load(product_id)
    author = author_of_form(_("Copy of %(sku)s", sku=product.sku))
    try:
        copy_id = copy_product(get_session(), product_id, author, get_ruleset())
    except RefusedError as error:
        get_session().rollback()
        flash(said_of(error), "error")
        return redirect(url_for("admin.edit_product", product_id=product_id), HTTPStatus.SEE_OTHER)
    flash(_("This is the copy, a draft. SKU and address are new; EAN and stock are empty."), "success")
    return redirect(url_for("admin.edit_product", product_id=copy_id), HTTPStatus.SEE_OTHER)


@bp.get("/products/<int:product_id>/delete")
@requires("product.edit")
def ask_to_delete_product(product_id: int) -> Response:
    """The question before a product is deleted."""
    product = load(product_id)
    require_right_to_change(product)
    return _question(product, HTTPStatus.OK)


@bp.post("/products/<int:product_id>/delete")
@requires("product.edit")
@committing
def delete_product(product_id: int) -> Response:
    """Delete a product that was never public; ask again when somebody changed it meanwhile."""
    product = load(product_id)
    require_right_to_change(product)
    name, version = name_or_sku(product), read_version(request.form.get("version", ""), product)
    try:
        delete_draft(get_session(), product_id, version)
    except (ConflictError, RefusedError):
        get_session().rollback()
        return _question(load(product_id), HTTPStatus.CONFLICT)
    flash(_("Deleted: %(name)s.", name=name), "success")
    return redirect(url_for("admin.products"), HTTPStatus.SEE_OTHER)


def _question(product: Product, status: HTTPStatus) -> Response:
    page = render_template(
        "admin/products/delete.html",
        product=product,
        allowed=may_be_deleted(get_session(), product),
        changed=status == HTTPStatus.CONFLICT,
    )
    return make_response(page, status)
