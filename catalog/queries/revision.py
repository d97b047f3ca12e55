"""How often the catalogue was written: whoever keeps something of it asks this before using what was kept."""

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from catalog.models import CatalogueState


def catalogue_revision(session: Session) -> int:
    """The number of the newest committed write. What is read after it is at least as new.

    Elsewhere than in SQLite this is asked on the session's own connection, since another one may lead to a standby
    that is further on. All of SQLite is one file, and asking it without a transaction takes a tenth of the time.
    """
    query = select(CatalogueState.revision)
    engine = session.get_bind()
    if engine.dialect.name != "sqlite" or not isinstance(engine, Engine):
        return session.scalars(query).one()
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("SELECT revision FROM catalogue_state")
        [revision] = cursor.fetchone() or (0,)
        return int(revision)
    finally:
        raw.close()
