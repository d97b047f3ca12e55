"""Health checks: the process lives (`/healthz`), the database can serve visitors (`/readyz`)."""

from http import HTTPStatus

from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from shop.web.services import services

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> Response:
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def ready() -> Response:
    try:
        if services().databases.are_ready:
            return Response("ready\n", mimetype="text/plain")
        reason = "the database is not migrated"
    except SQLAlchemyError:
        reason = "the database does not answer"
    return Response(f"not ready: {reason}\n", status=HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/plain")
