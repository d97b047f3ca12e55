"""The catalogue for a command: made ready as `serve` does, open while the command works."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from catalog.db.engine import opened_engine
from shop.settings import Settings


@contextmanager
def catalogue(settings: Settings) -> Iterator[Session]:
    """A session on the prepared catalogue. The command commits."""
    from shop.web.database import prepare_catalogue

    prepare_catalogue(settings)
    with opened_engine(settings.database_url) as engine, Session(engine) as session:
        yield session
