"""The picture of a product."""

from flask import render_template

from shop.admin.blueprint import bp
from shop.admin.permissions import requires


@bp.get("/products/<int:product_id>/pictures")
@requires("product.edit")
def product_pictures(product_id: int) -> str:
    return render_template("admin/products/pictures.html", product_id=product_id)
