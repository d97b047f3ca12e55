"""Work on the catalogue, for people with an account: pages under /admin."""

from importlib import import_module

from flask import Flask

from shop.admin.current import author_of_request, current_account, get_account

__all__ = ["add_admin", "author_of_request", "current_account", "get_account"]

PAGES = (
    "start",
    "sign_in",
    "invitation",
    "own_account",
    "second_factor",
    "accounts",
    "products.listing",
    "products.editing",
    "products.publishing",
    "products.bulk",
    "products.history",
    "products.restoring",
    "products.pictures",
    "imports",
    "downloads",
    "mapping",
)
"""The modules that put pages on the admin's blueprint. A new part adds its name here."""


def add_admin(app: Flask, secret_key: str) -> None:
    """Add the admin's pages and what guards them."""
    from shop.admin import current, guard, wording
    from shop.admin.blueprint import bp
    from shop.admin.products import naming

    current.keep_workers(app, secret_key)
    guard.guard(app)
    app.add_template_filter(wording.role_name, "role_name")
    app.add_template_filter(wording.moment, "moment")
    naming.add_names(app)
    for name in PAGES:
        import_module(f"shop.admin.{name}")
    app.register_blueprint(bp)
