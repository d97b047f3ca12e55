"""Menu of the admin: one entry for each part, shown to the roles that may open it."""

from flask import current_app, url_for
from msgspec import Struct

from shop.admin.permissions import OPEN, declared_action, may
from shop.admin.session import current_user
from shop.web.i18n import lazy_gettext as _

# Endpoint of the part's first page, and its name. A new part adds its line here.
PARTS = (
    ("admin.dashboard", _("Overview")),
    ("admin.orders", _("Orders")),
    ("admin.stock", _("Stock")),
    ("admin.products", _("Products")),
    ("admin.proposals", _("Proposals")),
    ("admin.planned", _("Planned")),
    ("admin.brands", _("Brands")),
    ("admin.claims", _("Claims")),
    ("admin.history", _("History")),
    ("admin.all_batches", _("Batches")),
    ("admin.imports", _("Import and export")),
    ("admin.texts", _("Texts")),
    ("admin.rules", _("Rules and notes")),
    ("admin.accounts", _("Accounts")),
    ("admin.settings", _("Settings")),
)


class Entry(Struct, frozen=True):
    """A line of the menu."""

    endpoint: str
    label: str
    address: str


def navigation() -> list[Entry]:
    """The parts that the signed-in user may open."""
    account = current_user()
    if account is None:
        return []
    entries = []
    for endpoint, label in PARTS:
        action = declared_action(current_app.view_functions[endpoint])
        if action == OPEN or (action is not None and may(account.role, action)):
            entries.append(Entry(endpoint, str(label), url_for(endpoint)))
    return entries
