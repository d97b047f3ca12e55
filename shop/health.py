"""For whoever watches the shop: does the process live, can it serve."""

from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from shop.database import database_is_ready

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> Response:
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def ready() -> Response:
    try:
        if database_is_ready():
            return Response("ready\n", mimetype="text/plain")
        reason = "the database is not migrated"
    except SQLAlchemyError:
        reason = "the database does not answer"
    return Response(f"not ready: {reason}\n", status=503, mimetype="text/plain")
