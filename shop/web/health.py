"""Health checks: the process lives (`/healthz`), the database can serve visitors (`/readyz`)."""

from http import HTTPStatus

from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from catalog.orders import outbox
from shop.web.services import services

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> Response:
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def ready() -> Response:
    shared = services()
    try:
        if shared.databases.are_ready and shared.orders.is_ready:
            with shared.orders.reading() as session:
                found = outbox.waiting(session, shared.clock())
            late = "; jobs are overdue or given up" if found.is_late(shared.clock()) else ""
            detail = f"ready\noutbox: {found.waiting} waiting, {found.failed} failed{late}\n"
            return Response(detail, mimetype="text/plain")
        reason = "the database is not migrated"
    except SQLAlchemyError:
        reason = "the database does not answer"
    return Response(f"not ready: {reason}\n", status=HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/plain")
