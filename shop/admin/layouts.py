"""Layout of a supplier's file: what it was recognised as, and the questions about it, with their usual answers."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from catalog.exchange.admin_import import look_at_layout, stored_look
from catalog.exchange.layouts.import_table import mapping_of_look
from catalog.exchange.layouts.look import LayoutLook, allowed_answers
from catalog.exchange.layouts.products import FOR_ALL
from catalog.exchange.mapping import Mapping as SupplierMapping
from catalog.exchange.mapping import mapping_of, remember
from catalog.exchange.row_errors import FileRefusedError
from catalog.models import Upload
from shop.admin.blueprint import bp
from shop.admin.import_words import located
from shop.admin.imports import author, plan_or_ask, upload_or_404
from shop.admin.mapping import CONSTANTS, constant_errors, lines_by_group
from shop.admin.permissions import requires
from shop.admin.session import author_of_request
from shop.web.database import committing, get_ruleset, get_session
from shop.web.i18n import gettext as _
from shop.web.services import now

FOR_ALL_ROWS = tuple(target for target in CONSTANTS if target not in {"name_nl", "name_en", "currency", "pictures"})
"""Fields that may be the same in all rows; a layout reads euro."""


@bp.route("/import/<int:upload_id>/layout", methods=["GET", "POST"])
@requires("catalogue.import")
@committing
def layout(upload_id: int) -> Response | tuple[str, int]:
    """Ask what the file leaves open, keep the answers, then make the plan."""
    upload = upload_or_404(upload_id)
    if not upload.supplier:
        return redirect(url_for("admin.import_plan", upload_id=upload_id), HTTPStatus.SEE_OTHER)
    try:
        look = _look(upload)
        if request.method == "GET":
            known = mapping_of(get_session(), upload.supplier)
            return _page(upload, look, look.answers | (known.layout_answers if known else {})), HTTPStatus.OK
        given = {key.removeprefix("answer-"): value for key, value in request.form.items()}
        answers = allowed_answers(look, given) | _same_for_all()
        if errors := constant_errors({key.removeprefix(FOR_ALL): value for key, value in _same_for_all().items()}):
            return _page(upload, look, answers, errors), HTTPStatus.UNPROCESSABLE_ENTITY
        remember(get_session(), mapping_of_look(look, answers, upload.supplier), author_of_request(), now())
        plan_or_ask(upload)
    except FileRefusedError as refused:
        flash(located(refused.error), "error")
        return redirect(url_for("admin.mapping", upload_id=upload_id), HTTPStatus.SEE_OTHER)
    flash(_("The answers are kept for %(supplier)s.", supplier=upload.supplier), "success")
    return redirect(url_for("admin.import_plan", upload_id=upload_id), HTTPStatus.SEE_OTHER)


def _look(upload: Upload) -> LayoutLook:
    """The look that was stored when the file was read; only a small file is read anew. Raises FileRefusedError."""
    return stored_look(upload) or look_at_layout(get_session(), upload, get_ruleset(), author())


def _same_for_all() -> dict[str, str]:
    """The values in the form that rows without one of their own get, as answers."""
    given = {target: request.form.get(f"constant-{target}", "").strip() for target in FOR_ALL_ROWS}
    return {FOR_ALL + target: value for target, value in given.items() if value}


def _page(
    upload: Upload, look: LayoutLook, answers: Mapping[str, str], errors: list[tuple[str, str]] | None = None
) -> str:
    same = {key.removeprefix(FOR_ALL): value for key, value in answers.items() if key.startswith(FOR_ALL)}
    groups = lines_by_group((), SupplierMapping(supplier=upload.supplier, constants=same))
    lines = [(group, [line for line in lines if line.target in FOR_ALL_ROWS]) for group, lines in groups]
    return render_template(
        "admin/import/layout.html",
        upload=upload,
        look=look,
        answers=answers,
        groups=[(group, fitting) for group, fitting in lines if fitting],
        has_same=bool(same),
        errors=errors or [],
    )
