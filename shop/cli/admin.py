"""`shop admin`: accounts from the command line, for the first owner and for people who are locked out."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from catalog.models import PeopleEventKind, Role
from shop.cli.faults import plain_faults

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.models import Account
    from shop.settings import Settings

ADDRESS = "http://127.0.0.1:8000"
"""The address of `shop serve` without options, while no public one is known."""
_ADDRESS_HELP = f"Where the shop is reached, for the link, while it has no public address: else {ADDRESS}."
_REFUSED = {
    "email_wrong": "this is no e-mail address",
    "email_taken": "there is already an account with this address",
    "password_short": "choose at least 12 characters",
    "password_long": "the password is too long",
    "password_names_account": "the password holds the address or the shop's name",
    "password_common": "this password is easy to guess; choose a few words that do not belong together",
    "password_plain": "the password needs more different characters",
}


@click.group()
def admin() -> None:
    """Manage who may work on the catalogue."""


class _Accounts(Struct, frozen=True):
    """The accounts of the shop, open for a command that commits."""

    session: "Session"
    settings: "Settings"
    now: datetime


@contextmanager
def _accounts(email: str) -> Iterator[_Accounts]:
    """The accounts in the prepared catalogue; a refusal about EMAIL becomes one line (exit 1)."""
    from catalog.accounts import AccountError
    from shop.cli.session import catalogue
    from shop.settings import read_settings

    with plain_faults():
        settings = read_settings()
        try:
            with catalogue(settings) as session:
                yield _Accounts(session, settings, datetime.now(UTC))
        except AccountError as error:
            raise click.ClickException(f"{email}: {_REFUSED[error.refusal]}") from error


def _existing(accounts: _Accounts, email: str) -> "Account":
    from catalog.accounts.people import account_by_email

    account = account_by_email(accounts.session, email)
    if account is None:
        raise click.ClickException(f"{email}: there is no account with this address")
    return account


@admin.command()
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--invite", "by_link", is_flag=True, help="Print a one-time link instead of asking for a password.")
@click.option("--address", help=_ADDRESS_HELP)
def create(email: str, role: str, by_link: bool, address: str | None) -> None:
    """Make an account for EMAIL: the password is asked for twice, or chosen by the person who opens the link."""
    from catalog.accounts.invitations import invite
    from catalog.accounts.people import create_account, normal_email, require_free
    from catalog.accounts.people_log import record_event

    with _accounts(email) as accounts:
        require_free(accounts.session, normal_email(email))  # before a password is typed for nothing
        if by_link:
            start = _start_of_links(accounts, address)
            token = invite(accounts.session, email, Role(role), accounts.now)
        else:
            create_account(accounts.session, email, _ask_password(), Role(role), accounts.now)
        kind = PeopleEventKind.INVITED if by_link else PeopleEventKind.JOINED
        record_event(accounts.session, kind, accounts.now, about=normal_email(email), detail=role)
        accounts.session.commit()
    if by_link:
        click.echo(link(start, token))
    else:
        click.echo(f"{normal_email(email)} can sign in as {role}.", err=True)


@admin.command()
@click.argument("email")
def unlock(email: str) -> None:
    """Forget the failed attempts on the account of EMAIL, so that the next one need not wait."""
    from catalog.accounts import Vault, throttle
    from catalog.accounts.people import normal_email
    from catalog.accounts.people_log import record_event

    with _accounts(email) as accounts:
        account = _existing(accounts, email)
        throttle.unlock(accounts.session, Vault(accounts.settings.secret_key), account.email)
        record_event(accounts.session, PeopleEventKind.UNLOCKED, accounts.now, about=account.email)
        accounts.session.commit()
    click.echo(f"{normal_email(email)} can try to sign in again at once.", err=True)


@admin.command()
@click.argument("email")
@click.option("--address", help=_ADDRESS_HELP)
def reset(email: str, address: str | None) -> None:
    """Print a one-time link with which the person of EMAIL chooses a new password; it works for 24 hours.

    Used, it signs the account out everywhere. A second factor stays on.
    """
    from catalog.accounts.people_log import record_event
    from catalog.accounts.resets import make_reset

    with _accounts(email) as accounts:
        account = _existing(accounts, email)
        if not account.active:
            raise click.ClickException(f"{email}: this account is deactivated; an owner can let it sign in again")
        start = _start_of_links(accounts, address)
        token = make_reset(accounts.session, account, accounts.now)
        record_event(accounts.session, PeopleEventKind.RESET_MADE, accounts.now, about=account.email)
        accounts.session.commit()
    click.echo(link(start, token, "reset"))


def _start_of_links(accounts: _Accounts, address: str | None) -> str:
    """Scheme and host of a link: the public address once it is set, and no other."""
    from catalog.queries.settings import owner_settings

    public = accounts.settings.public_url or owner_settings(accounts.session).public_url
    if public and address and address.rstrip("/") != public:
        raise click.UsageError(f"--address: links start with the public address of the shop, {public}")
    return public or address or ADDRESS


def link(address: str, token: str, page: str = "invitation") -> str:
    """The address of a one-time link."""
    return f"{address.rstrip('/')}/admin/{page}/{token}"


def _ask_password() -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt="Password once more", err=True)
    return password
