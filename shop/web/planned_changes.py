"""Planned changes, made before the first page that is asked for after their moment.

The next moment is read once for each revision of the catalogue, so that requests cost no query for it; cached pages
are of a revision, and the change makes a new one. Where no visitor asks for a page the worker makes them a second
later; staff wait for that, and an edit of theirs in between comes first in the history.
"""

import logging
from datetime import timedelta

from flask import Flask, request
from sqlalchemy import text
from sqlalchemy.orm import Session

from catalog.db.engine import fail_fast_on_lock
from catalog.edits.planned import make_due_changes
from catalog.models.search_index import STAMP
from catalog.queries.planned import next_due
from catalog.search.snapshot import CatalogueMovedError, CatalogueStamp, note_newest_stamp, note_stamp
from recommend.text import LANGUAGES
from shop.web.database import PAGE_KEY, get_session, may_begin_late
from shop.web.services import Services, services

PREFIXES = (*(f"/{language}/" for language in LANGUAGES), "/api/")
WITHOUT_CATALOGUE = frozenset({"api.check_content"})
"""Endpoints that show nothing of the catalogue, and do not ask its database."""
REST = timedelta(seconds=2)
"""The time after a fault in which pages are shown as they are: a database that is away must not slow each of them."""
LOCK_TIMEOUT = text("SET LOCAL lock_timeout = '200ms'")
log = logging.getLogger("shop.planned")


def init_app(app: Flask) -> None:
    @app.before_request
    def make_changes_first() -> None:
        if request.endpoint in WITHOUT_CATALOGUE or not request.path.startswith(PREFIXES):
            return
        try:
            session = get_session()
            note = note_newest_stamp if may_begin_late() else note_stamp
            if is_due(services(), session, note(session)):
                _make_before_page()
        except CatalogueMovedError:
            raise
        except Exception as error:  # the page shows what it can, and the next request tries again
            log.warning("planned changes have to wait: %s", type(error).__name__)
            services().planned_again_at = services().clock() + REST
            get_session().rollback()


def is_due(shared: Services, session: Session, stamp: CatalogueStamp) -> bool:
    """Whether a planned change should have been made by now, as far as a session with this stamp knows."""
    known = shared.next_planned
    if known is None or known[0] != stamp:
        known = shared.next_planned = stamp, next_due(session)
    if known[1] is None or known[1] > shared.clock():
        return False
    return shared.planned_again_at is None or shared.planned_again_at <= shared.clock()


def make_changes(shared: Services, *, wait: bool) -> None:
    """Make all changes that are due; without `wait`, not while another writer is busy."""
    with Session(shared.databases.primary if not wait else shared.databases.writing) as session:
        if wait:
            make_due_changes(session, shared.clock(), shared.ruleset)
        else:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(LOCK_TIMEOUT)
            with fail_fast_on_lock(session):
                make_due_changes(session, shared.clock(), shared.ruleset)
        session.commit()


def _make_before_page() -> None:
    """Make the changes; this request then reads anew, and its page is not stored as one of the revision before."""
    request.environ.pop(PAGE_KEY, None)
    session = get_session()
    session.rollback()
    session.info.pop(STAMP, None)
    make_changes(services(), wait=False)
