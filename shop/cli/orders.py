"""`shop orders`: proof of the books."""

import click

from shop.cli.faults import plain_faults
from shop.settings import read_settings


@click.group()
def orders() -> None:
    """Look after orders."""


@orders.command()
def check() -> None:
    """Compare every sum of moves, payments, refunds, VAT and documents; exit 1 and a line for each that differs."""
    from catalog.orders.checks import book_faults
    from catalog.orders.store import opened_store

    count = 0
    with plain_faults(), opened_store(read_settings().orders_url) as store, store.reading() as session:
        for fault in book_faults(session):
            click.echo(f"{fault.where}: {fault.what}")
            count += 1
    click.echo(f"{count} sums do not agree" if count else "All sums agree", err=True)
    if count:
        raise SystemExit(1)
