"""Admin: pages under /admin for people with an account."""

from flask import Flask

from shop.admin import (
    account_words,
    accounts,
    brands,
    claims,
    dashboard,
    downloads,
    guard,
    import_runs,
    imports,
    layouts,
    mapping,
    own_account,
    passkeys,
    people_log,
    products,
    resets,
    rules,
    settings,
    sign_in,
    texts,
)
from shop.admin.blueprint import bp
from shop.admin.orders import books as orders_books
from shop.admin.orders import figures as orders_figures
from shop.admin.orders import labels as orders_labels
from shop.admin.orders import listing as orders_list
from shop.admin.orders import month, order, parcels, points, recalls, receipts, transfers
from shop.admin.orders import returns as orders_returns
from shop.admin.orders import running as orders_running
from shop.admin.orders import stock as orders_stock
from shop.admin.orders import words as orders_words
from shop.admin.products import (
    amounts,
    bulk,
    drafts,
    editing,
    history,
    labels,
    listing,
    overrides,
    pictures,
    planning,
    proposals,
    publishing,
    restoring,
    unsaved,
)

PAGES = (
    accounts,
    brands,
    claims,
    dashboard,
    downloads,
    import_runs,
    imports,
    layouts,
    mapping,
    month,
    order,
    orders_list,
    orders_returns,
    orders_running,
    orders_books,
    orders_figures,
    receipts,
    transfers,
    recalls,
    orders_labels,
    orders_stock,
    own_account,
    parcels,
    points,
    passkeys,
    people_log,
    products,
    amounts,
    bulk,
    drafts,
    editing,
    history,
    listing,
    overrides,
    pictures,
    planning,
    proposals,
    publishing,
    restoring,
    resets,
    rules,
    unsaved,
    settings,
    sign_in,
    texts,
)
"""The modules that put pages on the admin's blueprint; importing them registers their views."""


def init_app(app: Flask) -> None:
    """Add the admin's pages and the checks before them."""
    guard.init_app(app)
    account_words.init_app(app)
    labels.init_app(app)
    orders_words.init_app(app)
    settings.init_app(app)
    app.register_blueprint(bp)
