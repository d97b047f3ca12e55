"""Primary and standby: the database of each session, and the fallback when a standby is gone."""

import time

from sqlalchemy import URL, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from catalog.db.engine import for_reading, for_writing, newest_revision, open_engine, revision_of
from catalog.db.faults import DatabaseFault, fault_of

REST_SECONDS = 5.0
"""The time that an unreachable standby is not tried again, so that not every visitor waits for it."""


class Databases:
    """The primary, which takes every write, and an optional standby, which anonymous reads try first."""

    def __init__(self, url: URL, read_url: URL | None = None) -> None:
        self.primary = open_engine(url, serving=True)
        self.writing = for_writing(self.primary)
        self.standby = open_engine(read_url, serving=True) if read_url else None
        self.reading = [for_reading(engine) for engine in (self.standby, self.primary) if engine is not None]
        self._resting_until = 0.0

    def session_for_reading(self) -> Session:
        """A session on the first of `reading` that answers. Raises SQLAlchemyError when none does."""
        resting = time.monotonic() < self._resting_until
        *others, last = self.reading
        for engine in () if resting else others:
            session = Session(engine)
            try:
                session.connection()
            except SQLAlchemyError as error:
                session.close()
                if fault_of(error) is not DatabaseFault.GONE:
                    raise
                self._resting_until = time.monotonic() + REST_SECONDS
            else:
                return session
        return Session(last)

    @property
    def engines(self) -> list[Engine]:
        return [self.primary] if self.standby is None else [self.primary, self.standby]

    @property
    def are_ready(self) -> bool:
        """Whether visitors can be served: a database answers and is at the newest revision."""
        with self.session_for_reading() as session:
            return revision_of(session.connection()) == newest_revision()

    def dispose(self) -> None:
        for engine in self.engines:
            engine.dispose()
