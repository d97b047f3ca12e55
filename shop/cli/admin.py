"""`shop admin`: accounts from the command line, for the first owner and for people who are locked out."""

from datetime import UTC, datetime

import click

from catalog.models import Role
from shop.cli.faults import plain_faults

ADDRESS = "http://127.0.0.1:8000"
"""The address of `shop serve` without options, while no public one is known."""
_REFUSED = {
    "email_wrong": "this is no e-mail address",
    "email_taken": "there is already an account with this address",
    "password_short": "choose at least 12 characters",
    "password_long": "the password is too long",
    "password_names_account": "the password holds the address or the shop's name",
    "password_plain": "the password needs more different characters",
}


@click.group()
def admin() -> None:
    """Manage who may work on the catalogue."""


@admin.command()
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--invite", "by_link", is_flag=True, help="Print a one-time link instead of asking for a password.")
@click.option("--address", help=f"Where the shop is reached, for the link: else its public address, else {ADDRESS}.")
def create(email: str, role: str, by_link: bool, address: str | None) -> None:
    """Make an account for EMAIL: the password is asked for twice, or chosen by the person who opens the link."""
    from sqlalchemy.orm import Session

    from catalog.accounts import AccountError
    from catalog.accounts.invitations import invite
    from catalog.accounts.people import create_account, normal_email, require_free
    from catalog.db.engine import opened_engine
    from catalog.queries.settings import owner_settings
    from shop.settings import read_settings
    from shop.web.database import prepare_catalogue

    with plain_faults():
        settings = read_settings()
        prepare_catalogue(settings)
        now = datetime.now(UTC)
        try:
            with opened_engine(settings.database_url) as engine, Session(engine) as session:
                require_free(session, normal_email(email))  # before a password is typed for nothing
                if by_link:
                    token = invite(session, email, Role(role), now)
                    address = address or settings.public_url or owner_settings(session).public_url or ADDRESS
                else:
                    create_account(session, email, _ask_password(), Role(role), now)
                session.commit()
        except AccountError as error:
            raise click.ClickException(f"{email}: {_REFUSED[error.refusal]}") from error
    if by_link:
        click.echo(link(address or ADDRESS, token))
    else:
        click.echo(f"{normal_email(email)} can sign in as {role}.", err=True)


def link(address: str, token: str) -> str:
    """The address of a one-time link."""
    return f"{address.rstrip('/')}/admin/invitation/{token}"


def _ask_password() -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt="Password once more", err=True)
    return password
