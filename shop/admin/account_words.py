"""Names of roles, texts of refusals and moments, as the admin's pages show them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import Flask

from catalog.accounts import Refusal
from catalog.accounts.passwords import SHORTEST_PASSWORD
from catalog.models import Role
from shop.web.i18n import current_language
from shop.web.i18n import gettext as _

ZONE = ZoneInfo("Europe/Amsterdam")
"""The zone in whose time the admin shows moments and counts days."""


def role_name(role: Role) -> str:
    names = {
        Role.EDITOR: _("editor"),
        Role.PUBLISHER: _("publisher"),
        Role.PACKER: _("packer"),
        Role.BOOKKEEPER: _("bookkeeper"),
        Role.OWNER: _("owner"),
        Role.PHARMACIST: _("pharmacist"),
    }
    return str(names[role])


def role_duty(role: Role) -> str:
    """The duty of a role, in a sentence."""
    duties = {
        Role.EDITOR: _("writes drafts"),
        Role.PUBLISHER: _("writes drafts, publishes, imports and restores"),
        Role.PACKER: _("packs and sends orders, sees no money and no products"),
        Role.BOOKKEEPER: _("reads and exports orders and their money, records bank transfers"),
        Role.OWNER: _("does all of that and manages the accounts"),
        Role.PHARMACIST: _("reviews the rules and notes behind the advice; sees no products and no orders"),
    }
    return str(duties[role])


def moment(value: datetime) -> str:
    """A moment as the language writes it, in the time of the Netherlands."""
    return format_datetime(value, "d MMMM y HH:mm", tzinfo=ZONE, locale=current_language())


def refusal_text(refusal: Refusal) -> str:
    """Why it was refused, and what to do."""
    texts = {
        Refusal.EMAIL_WRONG: _("Fill in an e-mail address, such as name@example.org."),
        Refusal.EMAIL_TAKEN: _("There is already an account with this address."),
        Refusal.PASSWORD_SHORT: _("Choose a password of at least %(count)d characters.", count=SHORTEST_PASSWORD),
        Refusal.PASSWORD_LONG: _("This password is too long."),
        Refusal.PASSWORD_NAMES_ACCOUNT: _("Choose a password without your address or the shop's name in it."),
        Refusal.PASSWORD_PLAIN: _("Choose a password with more different characters."),
        Refusal.PASSWORD_COMMON: _(
            "This password is easy to guess: common words, names, dates and rows of keys are tried first. "
            "Choose a few words that do not belong together."
        ),
        Refusal.INVITATION_GONE: _("This link was used already or has run out. Ask an owner for a new one."),
        Refusal.LAST_OWNER: _("This is the last active owner. Make somebody else an owner first."),
    }
    return str(texts[refusal])


EMAIL_REFUSALS = frozenset({Refusal.EMAIL_WRONG, Refusal.EMAIL_TAKEN})


def init_app(app: Flask) -> None:
    app.add_template_filter(role_name)
    app.add_template_filter(moment)
