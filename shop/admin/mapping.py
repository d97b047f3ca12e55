"""Mapping of a supplier's columns to ours: asked once, remembered for the next file."""

from http import HTTPStatus
from itertools import islice
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from catalog.exchange.admin_import import make_plan, plan_of, table_of_upload
from catalog.exchange.columns import TARGETS
from catalog.exchange.mapping import Mapping, guess, mapping_of, remember
from catalog.exchange.reading.table import text
from catalog.exchange.row_errors import FileRefusedError
from catalog.models import DosageForm, Upload
from recommend.naming import NO_FORM
from shop.admin.blueprint import bp
from shop.admin.imports import author, located, upload_or_404
from shop.admin.permissions import requires
from shop.admin.session import author_of_request
from shop.web.database import committing, get_ruleset, get_session
from shop.web.i18n import gettext as _
from shop.web.i18n import in_current_language
from shop.web.services import now

CONSTANTS = ("dosage_form", "brand", "brand_address", "currency", "status", "units_per_day", "vegan")
"""Targets that a supplier may state once for all rows."""
CURRENCIES = ("EUR", "GBP", "USD", "CHF", "DKK", "SEK", "PLN")
_SAMPLES = 3


class Line(Struct):
    """A target on the mapping page: its column, or one value for all rows."""

    target: str
    label: str
    column: str
    takes_constant: bool
    constant: str
    choices: tuple[str, ...]


@bp.route("/import/<int:upload_id>/mapping", methods=["GET", "POST"])
@requires("catalogue.import")
@committing
def mapping(upload_id: int) -> Response | str | tuple[str, int]:
    """Store what the columns mean, then make the plan."""
    upload = upload_or_404(upload_id)
    if not upload.supplier:
        return redirect(url_for("admin.import_plan", upload_id=upload_id), HTTPStatus.SEE_OTHER)
    columns = table_of_upload(upload).columns
    known = mapping_of(get_session(), upload.supplier)
    if request.method == "GET":
        shown = known or guess(upload.supplier, columns)
        return _page(upload, columns, shown)
    entered = _entered_mapping(upload.supplier, columns, known)
    errors = _errors(entered)
    if errors:
        return _page(upload, columns, entered, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    remember(get_session(), entered, author_of_request(), now())
    try:
        with get_session().begin_nested():  # the mapping stays when the file is refused
            make_plan(get_session(), upload, author(), get_ruleset())
    except FileRefusedError as refused:
        return _page(
            upload_or_404(upload_id), columns, entered, [("", located(refused.error))]
        ), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(_("The mapping is kept for %(supplier)s.", supplier=upload.supplier), "success")
    return redirect(url_for("admin.import_plan", upload_id=upload_id), HTTPStatus.SEE_OTHER)


def _entered_mapping(supplier: str, columns: tuple[str, ...], known: Mapping | None) -> Mapping:
    """The mapping in the form; columns that the file does not have are left out."""
    chosen = {target: request.form.get(f"column-{target}", "") for target in TARGETS}
    constants = {target: request.form.get(f"constant-{target}", "").strip() for target in CONSTANTS}
    answers = dict(known.answers) if known else {}
    questions, replies = request.form.getlist("question"), request.form.getlist("answer")
    for words, form in zip(questions, replies, strict=False):
        if form == "none" or form in get_ruleset().forms:
            answers[words[:200]] = NO_FORM if form == "none" else form
        else:
            answers.pop(words, None)
    return Mapping(
        supplier=supplier,
        columns={target: column for target, column in chosen.items() if column in columns},
        constants={t: value for t, value in constants.items() if value and chosen.get(t) not in columns},
        answers=answers,
    )


def _errors(said: Mapping) -> list[tuple[str, str]]:
    """Gaps of a mapping, each with its place on the page."""
    errors = []
    if "sku" not in said.columns and not {"name_nl", "name_en"} & said.columns.keys():
        errors.append(("column-sku", _("Say which column holds the article number, or the name to make one from.")))
    if not {"dosage_form", "unit"} & (said.columns.keys() | said.constants.keys()):
        errors.append(("constant-dosage_form", _("Say what the dosage form is: a column, or one for all rows.")))
    if "price_eur" in said.columns and "currency" not in said.columns.keys() | said.constants.keys():
        errors.append(("constant-currency", _("Say in which currency the prices are.")))
    return errors


def _page(upload: Upload, columns: tuple[str, ...], shown: Mapping, errors: Any = ()) -> str:
    plan = plan_of(upload)
    questions = dict(shown.answers) | {
        words: shown.answers.get(words, "?") for words in (plan.questions if plan else ())
    }
    choices = {"dosage_form": tuple(DosageForm), "currency": CURRENCIES, "status": ("draft", "published")}
    lines = [
        Line(
            target,
            in_current_language(label),
            shown.columns.get(target, ""),
            target in CONSTANTS,
            shown.constants.get(target, ""),
            choices.get(target, ()),
        )
        for target, label in TARGETS.items()
    ]
    samples, fault = _samples(upload)
    forms = [(form.id, in_current_language(form.name)) for form in get_ruleset().forms.values()]
    return render_template(
        "admin/import/mapping.html",
        upload=upload,
        columns=columns,
        lines=lines,
        samples=samples,
        questions=sorted(questions.items()),
        forms=sorted(forms, key=lambda form: form[1]),
        errors=[*errors, *fault],
    )


def _samples(upload: Upload) -> tuple[list[list[str]], list[tuple[str, str]]]:
    """The first rows, up to one that cannot be read, and what is wrong with that one."""
    samples: list[list[str]] = []
    try:
        for row in islice(table_of_upload(upload), _SAMPLES):
            samples.append([text(cell)[:60] for cell in row.cells])
    except FileRefusedError as refused:
        return samples, [("", located(refused.error))]
    return samples, []
