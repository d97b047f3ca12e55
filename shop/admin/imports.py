"""Import in steps: send a file, look at what it would do, do exactly that."""

import re
from http import HTTPStatus

from flask import abort, flash, redirect, render_template, request, url_for
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField
from wtforms.validators import Length

from catalog.edits.edit import Author
from catalog.exchange.admin_import import (
    GONE,
    LayoutAskedError,
    apply_plan,
    batch_of_plan,
    drop_upload,
    label_of,
    make_plan,
    plan_fingerprint,
    plan_of,
    rows_of_plan,
    store_look,
    store_upload,
    stored_look,
    waiting_uploads,
)
from catalog.exchange.importing import StalePlanError
from catalog.exchange.mapping import mapping_of, suppliers
from catalog.exchange.planning import RowOutcome
from catalog.exchange.row_errors import FileRefusedError
from catalog.models import How, Upload
from catalog.orders.models import ImportOutcome, ImportTask
from catalog.product_problems import RefusedError
from shop.admin.blueprint import bp, max_request_bytes
from shop.admin.forms import FILL_IN, add_error
from shop.admin.import_runs import ask_worker, ended_runs, run_of_upload, run_page, runs_by_upload
from shop.admin.import_words import imported, located, nothing_imported, refusal
from shop.admin.permissions import requires
from shop.admin.products.request import LARGEST_ID
from shop.admin.session import author_of_request
from shop.web.database import SAFE, committing, get_ruleset, get_session
from shop.web.forms import ShopForm, render_form
from shop.web.i18n import gettext
from shop.web.i18n import lazy_gettext as _
from shop.web.services import now

MAX_UPLOAD_BYTES = 60 * 1024 * 1024
"""Some 60,000 products; `shop catalog import` has no limit. `cli/gathering.py` takes few of 64 MB at once."""
LARGE_BYTES = 1024 * 1024
"""The size from which the worker reads a file, since a request would take longer than a second."""
ROWS_A_PAGE = 50
OUTCOMES = (RowOutcome.REFUSED, RowOutcome.NEW, RowOutcome.CHANGED, GONE)


class UploadForm(ShopForm):
    """A file, and whose columns it has."""

    file = FileField(_("File"), [FileRequired(FILL_IN)], description=_("CSV, TSV, JSON Lines or XLSX, at most 60 MB."))
    supplier = SelectField(_("Layout of the file"), validate_choice=True)
    new_supplier = StringField(
        _("Name of the new supplier"), [Length(max=100)], description=_("Only for a supplier's first file.")
    )

    def __init__(self) -> None:
        super().__init__()
        known = [(name, name) for name in suppliers(get_session())]
        own = ("", gettext("our own, as an export has it"))
        self.supplier.choices = [own, *known, (" ", gettext("of a new supplier"))]

    def whose(self) -> str:
        """The supplier whose mapping reads the file; empty for our own layout, unless a name is typed beside it."""
        typed: str = self.new_supplier.data or ""
        name = " ".join("".join(filter(str.isprintable, typed)).split())
        return name if self.supplier.data == " " else self.supplier.data or name


def author(how: How = How.IMPORT) -> Author:
    return Author(who=author_of_request(), how=how, at=now())


@bp.route("/import", methods=["GET", "POST"])
@requires("catalogue.import")
@max_request_bytes(MAX_UPLOAD_BYTES + 64 * 1024)
@committing
def imports() -> Response:
    """Files that wait, a form for the next one, and what was imported."""
    form = UploadForm()
    if form.validate_on_submit():
        upload = _stored_upload(form)
        if upload is not None:
            return _plan(upload)
    return render_form(
        "admin/import/start.html",
        form,
        uploads=waiting_uploads(get_session()),
        at_work=runs_by_upload(),
        ended=ended_runs(),
    )


def _stored_upload(form: UploadForm) -> Upload | None:
    supplier = form.whose()
    if form.supplier.data == " " and not supplier:
        add_error(form.new_supplier, str(FILL_IN))
        return None
    if form.supplier.data.strip() and form.new_supplier.data:
        add_error(form.new_supplier, gettext("Choose “of a new supplier” as the layout, or leave this empty."))
        return None
    name = "".join(filter(str.isprintable, re.split(r"[/\\]", form.file.data.filename or "")[-1]))[-100:]
    try:
        return store_upload(get_session(), name, form.file.data.stream, supplier, author())
    except FileRefusedError as refused:
        add_error(form.file, located(refused.error))
        return None


def _upload(upload_id: int) -> Upload | None:
    """The file; for a request that may write, nobody else can change or drop it until the next commit."""
    lock = None if request.method in SAFE else True
    return get_session().get(Upload, upload_id, with_for_update=lock) if upload_id <= LARGEST_ID else None


def upload_or_404(upload_id: int) -> Upload:
    """The same for a page that needs it."""
    upload = _upload(upload_id)
    if upload is None:
        abort(HTTPStatus.NOT_FOUND)
    return upload


def plan_or_ask(upload: Upload, *, correct_addresses: bool = False) -> None:
    """Make the plan, or ask the worker to make that of a large file. Raises FileRefusedError, which keeps the file."""
    if upload.size > LARGE_BYTES:
        ask_worker(upload, ImportTask.PLAN, correct_addresses=correct_addresses)
        return
    try:
        with get_session().begin_nested():  # a refused file stays, only its half-made plan goes
            make_plan(get_session(), upload, author(), get_ruleset(), correct_addresses=correct_addresses)
    except LayoutAskedError as asked:
        store_look(get_session(), upload, asked.look)


def _plan(upload: Upload, *, correct_addresses: bool = False) -> Response:
    """Make the plan and show it; a file that the columns do not fit goes to its mapping."""
    upload_id, supplier = upload.id, upload.supplier
    try:
        plan_or_ask(upload, correct_addresses=correct_addresses)
    except FileRefusedError as refused:
        if not supplier or mapping_of(get_session(), supplier) is not None:  # a first file is mapped anyway
            flash(located(refused.error), "error")
        place = "admin.mapping" if supplier else "admin.imports"
        return redirect(url_for(place, upload_id=upload_id) if supplier else url_for(place), HTTPStatus.SEE_OTHER)
    planned = upload.size > LARGE_BYTES or plan_of(upload) is not None
    page = url_for("admin.import_plan", upload_id=upload_id) if planned else _questions_page(upload)
    return redirect(page, HTTPStatus.SEE_OTHER)


def _questions_page(upload: Upload) -> str:
    """The page for a file without a plan: its layout when that is known or has titles above, else its columns."""
    if not upload.supplier:
        return url_for("admin.imports")
    look = stored_look(upload)
    place = "admin.mapping" if look is None or look.is_a_plain_list else "admin.layout"
    return url_for(place, upload_id=upload.id)


@bp.post("/import/<int:upload_id>/plan")
@requires("catalogue.import")
@committing
def plan_again(upload_id: int) -> Response:
    """Make the plan anew; it may let the file change the addresses of brands."""
    correct_addresses = request.form.get("correct_addresses") == "yes"
    return _plan(upload_or_404(upload_id), correct_addresses=correct_addresses)


@bp.get("/import/<int:upload_id>")
@requires("catalogue.import")
def import_plan(upload_id: int) -> str | Response:
    """The plan of an import, outcome by outcome, one page at a time."""
    upload = _upload(upload_id)
    run = run_of_upload(upload_id, upload)
    if run is not None and (upload is None or run.outcome is not ImportOutcome.PLANNED):
        return run_page(run, upload)
    upload = upload_or_404(upload_id)
    plan = plan_of(upload)
    if plan is None:
        return redirect(_questions_page(upload), HTTPStatus.SEE_OTHER)
    first = next((outcome for outcome in OUTCOMES if plan.count(outcome)), RowOutcome.REFUSED)
    outcome = request.args.get("show", str(first))
    if outcome not in OUTCOMES:
        outcome = str(first)
    pages = max(1, -(-plan.count(outcome) // ROWS_A_PAGE))
    page = request.args.get("page", 1, type=int)
    if not 1 <= page <= pages:
        abort(HTTPStatus.NOT_FOUND)
    return render_template(
        "admin/import/plan.html",
        upload=upload,
        plan=plan,
        outcome=outcome,
        outcomes=OUTCOMES,
        rows=rows_of_plan(get_session(), upload.id, outcome, page, ROWS_A_PAGE),
        page=page,
        pages=pages,
        label_of=label_of,
        seen=plan_fingerprint(upload),
        page_address=lambda number: url_for("admin.import_plan", upload_id=upload_id, show=outcome, page=number),
    )


@bp.post("/import/<int:upload_id>/apply")
@requires("catalogue.import")
@committing
def apply_import(upload_id: int) -> Response:
    """Carry out the plan; when the catalogue has changed since, show a new plan instead."""
    upload = _upload(upload_id)  # waits until an earlier press of the same button is done
    seen = request.form.get("seen", "")
    if batch := batch_of_plan(get_session(), seen):
        return _imported_already(batch)
    if upload is None:
        abort(HTTPStatus.NOT_FOUND)
    if seen != plan_fingerprint(upload):
        flash(gettext("You looked at something else than this. See what the import would do now."), "warning")
        return redirect(url_for("admin.import_plan", upload_id=upload_id), HTTPStatus.SEE_OTHER)
    if upload.size > LARGE_BYTES:
        ask_worker(upload, ImportTask.APPLY, skip_bad=request.form.get("skip_bad") == "yes", plan=seen)
        return redirect(url_for("admin.import_plan", upload_id=upload_id), HTTPStatus.SEE_OTHER)
    return _apply(upload, seen)


def _apply(upload: Upload, seen: str) -> Response:
    upload_id = upload.id
    plan_page = url_for("admin.import_plan", upload_id=upload_id)
    try:
        summary = apply_plan(
            get_session(), upload, author(), get_ruleset(), skip_bad=request.form.get("skip_bad") == "yes"
        )
    except StalePlanError:
        get_session().rollback()
        if batch := batch_of_plan(get_session(), seen):
            return _imported_already(batch)
        flash(gettext("The catalogue changed meanwhile. This is what the import would do now."), "warning")
        upload = upload_or_404(upload_id)
        plan = plan_of(upload)
        return _plan(upload, correct_addresses=plan is not None and plan.correct_addresses)
    except RefusedError as refused:
        get_session().rollback()
        flash(refusal(refused.sku, refused.problems), "error")
        return redirect(plan_page, HTTPStatus.SEE_OTHER)
    if summary.batch_id is None:
        get_session().rollback()
        flash(nothing_imported(summary.counts), "warning")
        return redirect(plan_page, HTTPStatus.SEE_OTHER)
    flash(imported(summary.counts), "success")
    return redirect(url_for("admin.imports"), HTTPStatus.SEE_OTHER)


def _imported_already(batch: int) -> Response:
    flash(gettext("This was imported already: these are its changes."), "warning")
    return redirect(url_for("admin.history", batch=batch), HTTPStatus.SEE_OTHER)


@bp.post("/import/<int:upload_id>/drop")
@requires("catalogue.import")
@committing
def drop_import(upload_id: int) -> Response:
    upload = upload_or_404(upload_id)
    run = run_of_upload(upload_id, upload)
    if run is not None and run.ended_at is None:
        flash(gettext("Cancel the import first; then the file can be thrown away."), "warning")
        return redirect(url_for("admin.import_plan", upload_id=upload_id), HTTPStatus.SEE_OTHER)
    drop_upload(get_session(), upload)
    flash(gettext("The file is thrown away; nothing was imported."), "success")
    return redirect(url_for("admin.imports"), HTTPStatus.SEE_OTHER)
