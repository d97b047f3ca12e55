"""Faults outside the code, printed as one line that names the setting instead of a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from recommend.loading import RulesetError
from shop.settings import SettingsError


@contextmanager
def plain_faults() -> Iterator[None]:
    """Turn faults of settings, ruleset, database and files into an error of the command line (exit 1)."""
    try:
        yield
    except (SettingsError, RulesetError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"SHOP_INSTANCE: {error.filename}: {error.strerror}") from error
    except Exception as error:
        if (fault := _database_fault(error)) is None:
            raise
        raise fault from error


def _database_fault(error: Exception) -> click.ClickException | None:
    """A fault of the database as an error of the command line; None for any other."""
    from sqlalchemy.exc import SQLAlchemyError  # commands without a database do not wait for it

    from catalog.db.engine import DatabaseVersionError

    if isinstance(error, DatabaseVersionError):
        return click.ClickException(str(error))
    if isinstance(error, SQLAlchemyError | ImportError):
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        return click.ClickException(f"SHOP_DATABASE_URL: the database cannot be used: {reason}")
    return None
