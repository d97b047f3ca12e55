"""Which catalogue it is: whoever keeps something that follows from it asks this before using what was kept."""

import sqlite3

from sqlalchemy import Engine, select, true
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from catalog.models import CatalogueState, IndexState
from catalog.models.search import STAMP

CatalogueStamp = tuple[int, str]
"""How many times it was written, and the epoch of its index; another catalogue has another stamp."""


def catalogue_stamp(session: Session) -> CatalogueStamp:
    """The stamp of what this session's transaction sees; one that writes may see newer things later."""
    both = select(CatalogueState.revision, IndexState.epoch).join(IndexState, true())  # one row each
    revision, epoch = session.execute(both).one()
    return revision, epoch


def newest_stamp(session: Session) -> CatalogueStamp:
    """The stamp of the newest committed write, asked before anything else: what is read after it is at least as new.

    Elsewhere than in SQLite this is asked on the session's own connection, since another one may lead to a standby
    that is further on. All of SQLite is one file, and asking it without a transaction takes a tenth of the time.
    """
    engine = session.get_bind()
    if engine.dialect.name != "sqlite" or not isinstance(engine, Engine):
        session.info[STAMP] = stamp = catalogue_stamp(session)
        return stamp
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute(_SQLITE)
        revision, epoch = cursor.fetchone() or (0, "")
        return revision, epoch
    except sqlite3.Error as error:
        raise OperationalError(_SQLITE, None, error) from error
    finally:
        raw.close()


_SQLITE = "SELECT revision, epoch FROM catalogue_state CROSS JOIN (SELECT epoch FROM index_state)"
