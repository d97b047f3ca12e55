"""Faults outside the code, printed as one line that names the setting instead of a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import SQLAlchemyError

from catalog.db.engine import DatabaseVersionError
from recommend.loading import RulesetError
from shop.settings import SettingsError


@contextmanager
def plain_faults() -> Iterator[None]:
    """Turn faults of settings, ruleset, database and files into an error of the command line (exit 1)."""
    try:
        yield
    except (SettingsError, RulesetError, DatabaseVersionError) as error:
        raise click.ClickException(str(error)) from error
    except (SQLAlchemyError, ImportError) as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise click.ClickException(f"SHOP_DATABASE_URL: the database cannot be used: {reason}") from error
    except OSError as error:
        raise click.ClickException(f"SHOP_INSTANCE: {error.filename}: {error.strerror}") from error
