"""One catalogue session per request; the catalogue made ready before the first."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from filelock import FileLock
from flask import Flask, current_app, g, request, session
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from catalog.consistency import repair_derived_data
from catalog.db.engine import for_writing, migrate, migration_lock, opened_engine
from catalog.models import IndexState, Product
from catalog.orders.store import opened_store
from catalog.samples.sample import load_sample
from catalog.search.update import has_current_format
from recommend.knowledge import Ruleset
from recommend.loading import load_ruleset
from shop.settings import Settings
from shop.web.services import services, services_of

READING = "shop.reading"
"""Of a WSGI environment: a session for reading that was opened before Flask was entered."""
_ONLY_READS = "only_reads_catalogue"
PAGE_KEY = "shop.page_key"
"""Of a WSGI environment: where the answer is cached, noted before anything of the catalogue is read for it."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")


def prepare_catalogue(settings: Settings) -> None:
    """Migrate the database, fill an empty one with the sample, index one that never was or was by older rules."""
    ruleset = load_ruleset(settings.rules_dir)
    with migrated_engine(settings) as engine:
        if _is_empty(engine):  # only read where there is nothing to do, so that a writer is not waited for
            with Session(for_writing(engine)) as session:
                load_sample(session, ruleset)
                session.commit()
        elif _lacks_index(engine):
            with Session(for_writing(engine)) as session:
                repair_derived_data(session, ruleset)
                session.commit()
    prepare_orders(settings)


def prepare_orders(settings: Settings) -> None:
    """Migrate the orders' store."""
    with FileLock(settings.instance / "prepare.lock"):
        try:
            with opened_store(settings.orders_url):
                pass
        finally:
            _restrict_to_owner(settings.instance)


@contextmanager
def migrated_engine(settings: Settings) -> Iterator[Engine]:
    """An engine on the migrated database, while no other process prepares it."""
    with FileLock(settings.instance / "prepare.lock"):
        try:
            with opened_engine(settings.database_url) as engine, migration_lock(engine):
                migrate(engine)
                yield engine
        finally:
            _restrict_to_owner(settings.instance)


def _is_empty(engine: Engine) -> bool:
    with Session(engine) as session:
        return session.scalar(select(Product.id).limit(1)) is None


def _lacks_index(engine: Engine) -> bool:
    """Whether products were never indexed, or by another version's rules."""
    with Session(engine) as session:
        return session.scalars(select(IndexState.revision)).one() == 0 or not has_current_format(session)


def _restrict_to_owner(instance: Path) -> None:
    for name in ("shop.db*", "orders.db*"):
        for file in instance.glob(name):
            with suppress(FileNotFoundError):  # the log of a process that has just ended
                file.chmod(0o600)


def init_app(app: Flask) -> None:
    """Close the session of every request; `get_session` opens it on demand."""

    @app.teardown_appcontext
    def close_session(_error: BaseException | None) -> None:
        session: Session | None = g.pop("catalog_session", None)
        if session is not None:
            close_quietly(session)


def close_quietly(session: Session) -> None:
    """Close a session at the end of a request; a server that is gone by then spoils no answer that is made already."""
    try:
        session.close()
    except SQLAlchemyError:
        with suppress(SQLAlchemyError):
            session.invalidate()


def get_session() -> Session:
    """The session of this request.

    Staff are on the primary, so that they read their own writes; a request that may write waits for other
    writers at its begin. Visitors only read, whatever the method: a POST of theirs carries answers, which may not be
    in an address.
    """
    held: Session | None = g.get("catalog_session")
    if held is not None:
        return held
    databases = services().databases
    if not asked_by_staff():
        looked_at = request.environ.get(READING) if may_begin_late() else None
        g.catalog_session = looked_at or databases.session_for_reading()
    else:
        g.catalog_session = Session(databases.writing if may_write() else databases.primary)
    opened: Session = g.catalog_session
    return opened


_AT_ONCE = "reads_at_once"


_ONLY_SHOWING = frozenset({"pages", "listing", "product", "compounds", "compare", "finder", "ordering", "api"})
"""Blueprints whose pages change nothing when they are asked for, so that they may be made twice."""


def may_begin_late() -> bool:
    """Whether the request can be begun again, should the catalogue change before anything of it is read."""
    return request.method in SAFE and request.blueprint in _ONLY_SHOWING and _AT_ONCE not in g


def start_over() -> None:
    """Forget all that this request took of the catalogue, so that it is begun again with a transaction of its own."""
    session: Session | None = g.pop("catalog_session", None)
    if session is not None:
        close_quietly(session)
    request.environ.pop(READING, None)
    request.environ.pop(PAGE_KEY, None)
    for name in list(g):
        g.pop(name)
    setattr(g, _AT_ONCE, True)


def roll_back() -> None:
    """End the transaction of this request, if it has one, whatever state it is in."""
    session: Session | None = g.get("catalog_session")
    if session is not None:
        with suppress(SQLAlchemyError):
            session.rollback()


def committing(view: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
    """Commit the writes of a view once it has an answer; an exception leaves the session to be rolled back.

    A view that refuses rolls back itself before it answers. Goes below the route and its permission.
    """

    @wraps(view)
    def commit_after(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
        answer = view(*args, **kwargs)
        if request.method not in SAFE:
            try:
                get_session().commit()
            except SQLAlchemyError:
                session.pop("_flashes", None)  # messages of a success that did not happen
                raise
        return answer

    return commit_after


def only_reads_catalogue(view: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
    """Declare that a view writes nothing to the catalogue, so that it waits for nobody who does. Below the route."""
    vars(view)[_ONLY_READS] = True
    return view


def may_write() -> bool:
    """Whether the session of this request may write."""
    if not asked_by_staff() or request.method in SAFE:
        return False
    view = current_app.view_functions.get(request.endpoint or "")
    return view is None or _ONLY_READS not in vars(view)


def waits_for_no_server(app: Flask) -> bool:
    """Whether the catalogue is read from files alone, never from another machine."""
    return all(engine.dialect.name == "sqlite" for engine in services_of(app).databases.engines)


def asked_by_staff() -> bool:
    """Whether the request is for the admin."""
    path = request.path
    return path == "/admin" or path.startswith("/admin/")


def get_ruleset() -> Ruleset:
    return services().ruleset
