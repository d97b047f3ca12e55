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
    """Whether visitors can be served; what the orders' store and its outbox say beside it does not decide."""
    try:
        if services().databases.are_ready:
            return Response(f"ready\n{_orders()}\n", mimetype="text/plain")
        reason = "the database is not migrated"
    except SQLAlchemyError:
        reason = "the database does not answer"
    return Response(f"not ready: {reason}\n", status=HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/plain")


def _orders() -> str:
    shared = services()
    try:
        if not shared.orders.is_ready:
            return "orders: the database is not migrated"
        with shared.orders.reading() as session:
            found = outbox.waiting(session, shared.clock())
    except SQLAlchemyError:
        return "orders: the database does not answer"
    late = "; jobs are overdue or given up" if found.is_late(shared.clock()) else ""
    return f"outbox: {found.waiting} waiting, {found.failed} failed{late}"
