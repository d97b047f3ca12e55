"""`shop db`: back up the database, restore it, move it to another, also while the shop serves."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
from sqlalchemy import URL, Engine
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from catalog.db.backup import BackupError, Manifest, Part
from catalog.db.backup import backup as write_backup
from catalog.db.backup import move as copy_database
from catalog.db.backup import restore as restore_backup
from catalog.db.engine import opened_engine
from catalog.orders.store import opened_store, part_of_backup
from shop.cli.faults import plain_faults
from shop.settings import HELD, REVIEWS, orders_url_beside, parse_url, read_settings

FILE = click.Path(dir_okay=False, path_type=Path)
FORCE = click.option("--force", is_flag=True, help="Replace everything in a database that is not empty.")


@click.group()
def db() -> None:
    """Back up, restore and move the database."""
    before = os.umask(0o077)  # new files contain accounts, and are for their owner alone
    click.get_current_context().call_on_close(lambda: os.umask(before))


@db.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Write everything to FILE, which only its owner may read. It has the accounts: store it safely."""
    with plain_faults():
        settings = read_settings()
        with _opened(settings.database_url) as engine, _orders(settings.orders_url) as orders:
            _tell(write_backup(engine, file, [orders], [settings.instance / REVIEWS]))


@db.command()
@click.argument("file", type=FILE)
@FORCE
def restore(file: Path, force: bool) -> None:
    """Fill the databases and the reviews of rules from FILE: with everything, or on any fault with nothing.

    The shop then sends no mail and no money until SHOP_OUTBOX=send says that this copy is the shop.
    """
    with plain_faults():
        settings = read_settings()
        with _opened(settings.database_url) as engine, _orders(settings.orders_url) as orders:
            manifest = restore_backup(engine, file, [orders], [settings.instance / REVIEWS], force=force)
        (settings.instance / HELD).touch()
        _tell(manifest)
        click.echo("Mails, refunds and calls to payment providers are held until SHOP_OUTBOX=send is set", err=True)


@db.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@FORCE
def move(source: str, target: str, force: bool) -> None:
    """Copy everything from the database FROM into TO (both SQLAlchemy URLs) and compare counts and checksums.

    What is edited meanwhile stays behind: end the shop first, and start it again with SHOP_DATABASE_URL=TO.
    """
    origin, destination = _url("FROM", source), _url("TO", target)
    if origin == destination:
        raise click.UsageError("FROM and TO are the same database")
    with (
        _opened(origin) as one,
        _opened(destination) as other,
        _orders(orders_url_beside(origin)) as orders,
        _orders(orders_url_beside(destination)) as destination_orders,
    ):
        _tell(copy_database(one, other, [(orders, destination_orders)], force=force))


def _url(name: str, url: str) -> URL:
    try:
        return parse_url(url)
    except (ArgumentError, ValueError) as error:
        raise click.UsageError(f"{name}: {error}") from error


@contextmanager
def _opened(url: URL) -> Iterator[Engine]:
    """An engine that a connection was made with. A failure ends in one line."""
    with ExitStack() as stack:
        with _told(f"{url}: "):
            engine = stack.enter_context(opened_engine(url))
            engine.connect().close()
        with _told():
            yield engine


@contextmanager
def _orders(url: URL) -> Iterator[Part]:
    """The orders' tables of a migrated store."""
    with _told(f"{url}: "), opened_store(url) as store:
        yield part_of_backup(store)


@contextmanager
def _told(place: str = "") -> Iterator[None]:
    try:
        yield
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    except (SQLAlchemyError, ImportError) as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise click.ClickException(f"{place}{reason}") from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error


def _tell(manifest: Manifest) -> None:
    for table, extent in manifest.tables.items():
        click.echo(f"{table}: {extent.rows} rows, sha256 {extent.sha256}")
