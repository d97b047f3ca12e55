"""Redirects after signing in, and the form that was interrupted by it."""

import json
from urllib.parse import urlsplit

from flask import request, url_for
from msgspec import Struct

from catalog.accounts import Purpose, Vault
from catalog.accounts.sessions import ABSOLUTE

_OWN_FIELDS = frozenset({"csrf_token", "confirm_password", "confirm_code", "confirm_passkey"})


def next_page() -> str:
    """The `next` asked for when it is a page of the admin, else the start page; never another site."""
    wanted = request.values.get("next", "")
    return wanted if is_admin_address(wanted) else url_for("admin.dashboard")


def is_admin_address(address: str) -> bool:
    """Whether a browser would read the address as a page of this admin: browsers read \\ as / and skip controls."""
    if "\\" in address or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc and address.startswith("/admin/")


def carried_fields() -> list[tuple[str, str]]:
    """The fields of a form, to be sent once more after the password."""
    return [(key, value) for key, value in request.form.items(multi=True) if key not in _OWN_FIELDS]


class Interrupted(Struct, frozen=True):
    """A form that came in after its session had ended: where it was sent, and what it held."""

    address: str
    fields: list[tuple[str, str]]


def seal_request(vault: Vault) -> str:
    """This request's form, sealed, so that the sign-in page can carry it without anybody else making one up."""
    return vault.seal(Purpose.INTERRUPTED_FORM, json.dumps([request.full_path.rstrip("?"), carried_fields()]))


def interrupted(vault: Vault, sealed: str | None) -> Interrupted | None:
    """The form that `seal_request` sealed; None for anything else."""
    seconds = int(ABSOLUTE.total_seconds())
    opened = vault.unseal(Purpose.INTERRUPTED_FORM, sealed, within_seconds=seconds) if sealed else None
    if opened is None:
        return None
    address, fields = json.loads(opened)
    return Interrupted(address, [(key, value) for key, value in fields])
