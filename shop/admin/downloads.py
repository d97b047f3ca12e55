"""Downloads: the refused rows of an import, and all products."""

import io
from http import HTTPStatus

from flask import abort, request, send_file
from werkzeug.wrappers import Response

from catalog.exchange.admin_import import plan_of, write_refused
from catalog.exchange.exporting import export as export_catalogue
from catalog.models import PeopleEventKind
from shop.admin.blueprint import bp
from shop.admin.imports import upload_or_404
from shop.admin.people_events import log_event_now
from shop.admin.permissions import requires
from shop.web.database import get_session
from shop.web.i18n import current_language, gettext

MEDIA_TYPES = {
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@bp.get("/import/<int:upload_id>/refused")
@requires("catalogue.import")
def refused_rows(upload_id: int) -> Response:
    """The refused rows with their reasons, in the layout and format of the file."""
    upload = upload_or_404(upload_id)
    if plan_of(upload) is None:
        abort(HTTPStatus.NOT_FOUND)
    file = io.BytesIO()
    stem, _dot, suffix = upload.name.rpartition(".")
    write_refused(get_session(), upload, file, upload.name, current_language())
    refused = gettext("refused")
    return _download(file, f"{stem}-{refused}.{suffix}", suffix.lower())


@bp.get("/export/<suffix>")
@requires("catalogue.import")
def export(suffix: str) -> Response:
    """All products in our own layout."""
    if suffix not in MEDIA_TYPES:
        abort(HTTPStatus.NOT_FOUND)
    log_event_now(PeopleEventKind.EXPORTED, detail=suffix)
    file = io.BytesIO()
    export_catalogue(get_session(), file, f"catalogue.{suffix}", versions=request.args.get("versions") == "yes")
    return _download(file, f"catalogue.{suffix}", suffix)


def _download(file: io.BytesIO, name: str, suffix: str) -> Response:
    file.seek(0)
    return send_file(file, MEDIA_TYPES[suffix], as_attachment=True, download_name=name)
