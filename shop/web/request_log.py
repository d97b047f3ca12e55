"""Log of requests: a line each, numbers for Prometheus, and for staff the time of the answer.

No address, query, form, cookie, e-mail address or network address is ever logged: of a request only its URL rule, of
an exception its type and place in the code, since its message may contain a visitor's input.
"""

import logging
import os
import secrets
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import msgspec
from flask import Flask, Response, g, has_app_context, request
from sqlalchemy import Connection, event

from catalog.search.snapshot import CatalogueMovedError
from shop.web.database import asked_by_staff, start_over
from shop.web.services import services_of

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

requests_log = logging.getLogger("shop.requests")


class Shop(Flask):
    """A Flask application whose log of a fault names the rule and the request's number, not the address."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: none here is a coroutine, and Flask would look at each hook at each request."""
        return func

    def full_dispatch_request(self) -> Response:
        try:
            return super().full_dispatch_request()
        except CatalogueMovedError:
            start_over()
            return super().full_dispatch_request()

    def log_exception(self, exc_info: ExceptionInfo) -> None:
        self.logger.error("a request failed", exc_info=exc_info, extra={"fields": _which_request()})


def init_app(app: Flask) -> None:
    """Called before anything else that looks at requests, so that its clock starts first and stops last."""

    @app.before_request
    def begin() -> None:
        g.begun, g.queries, g.database_seconds = time.perf_counter(), 0, 0.0
        g.request_id = secrets.token_hex(8)

    @app.after_request
    def tell(response: Response) -> Response:
        if "begun" not in g:
            return response
        seconds = time.perf_counter() - g.begun
        response.headers["X-Request-Id"] = g.request_id
        if _is_for_staff():
            response.headers["Server-Timing"] = (
                f'app;dur={seconds * 1000:.1f}, db;dur={g.database_seconds * 1000:.1f};desc="{g.queries} queries"'
            )
        _record(g.request_id, _method(), _route(), status=response.status_code, seconds=seconds, queries=g.queries)
        return response

    for engine in services_of(app).databases.engines:
        event.listen(engine, "before_cursor_execute", _query_begins)
        event.listen(engine, "after_cursor_execute", _query_ends)


def log_request(method: str, route: str, status: int, seconds: float) -> str:
    """Log a request that Flask never saw and that asked the database nothing; returns its number."""
    request_id = secrets.token_hex(8)
    _record(request_id, method, route, status=status, seconds=seconds)
    return request_id


def _record(request_id: str, method: str, route: str, *, status: int, seconds: float, queries: int = 0) -> None:
    if requests_log.isEnabledFor(logging.INFO):
        which = {"request": request_id, "method": method, "route": route}
        _log(which | {"status": status, "ms": round(seconds * 1000, 1), "queries": queries})
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # read when the library is imported, so not before it is set
        from shop.web.metrics import measure

        measure(method, route, status, seconds)


def _log(fields: dict[str, Any]) -> None:
    """Without looking up where it was called from, which takes longer than the rest."""
    record = logging.LogRecord(requests_log.name, logging.INFO, __file__, 0, "request", None, None)
    record.fields = fields
    requests_log.handle(record)


def _query_begins(connection: Connection, *_more: object) -> None:
    connection.info["begun"] = time.perf_counter()


def _query_ends(connection: Connection, *_more: object) -> None:
    if has_app_context() and "queries" in g:
        g.queries += 1
        g.database_seconds += time.perf_counter() - connection.info["begun"]


def _which_request() -> dict[str, Any]:
    return {"request": g.get("request_id"), "method": _method(), "route": _route()}


def _method() -> str:
    return request.method if request.method in METHODS else "other"


def _route() -> str:
    return request.url_rule.rule if request.url_rule else "none"


def _is_for_staff() -> bool:
    """Whether the guard found a signed-in user; the database is not asked again for this."""
    return asked_by_staff() and g.get("signed_in_user") is not None


class JsonLines(logging.Formatter):
    """One JSON object per line, for programs."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["exception"] = list(_places(record.exc_info[1]))
        return msgspec.json.encode(line).decode()


class Lines(logging.Formatter):
    """The same for people at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={value}" for name, value in getattr(record, "fields", {}).items())
        line = f"{record.levelname.lower()} {record.getMessage()} {fields}".rstrip()
        if record.exc_info and record.exc_info[1]:
            line = "\n  ".join([line, *_places(record.exc_info[1])])
        return line


def _places(error: BaseException) -> list[str]:
    """The type of an exception and of those behind it, each with where it was, without what they say."""
    places: list[str] = []
    behind: BaseException | None = error
    while behind is not None and len(places) < 100:  # noqa: PLR2004 - enough, should they go round
        places.append(type(behind).__qualname__)
        places += [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(behind.__traceback__)]
        behind = behind.__cause__ or behind.__context__
    return places


def formatter() -> logging.Formatter:
    """For a terminal when standard error is one, else for programs."""
    return Lines() if sys.stderr.isatty() else JsonLines()


def log_to_stderr() -> None:
    """Write the log of this process; called by `shop serve` alone, since commands use standard error for faults."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("shop").setLevel(logging.INFO)
