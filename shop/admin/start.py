"""The first page after signing in."""

from flask import render_template

from shop.admin.blueprint import bp
from shop.admin.permissions import requires


@bp.get("/")
@requires("admin.enter")
def start() -> str:
    return render_template("admin/start.html")
