"""Mapping of a supplier's columns to ours: asked once, remembered for the next file."""

from collections.abc import Sequence
from http import HTTPStatus
from itertools import islice
from typing import BinaryIO

from flask import flash, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from catalog.exchange.admin_import import opened_upload, plan_of
from catalog.exchange.columns import GROUPS, TARGETS, heading_fault
from catalog.exchange.mapping import Mapping, choice_of, guess, mapping_of, remember
from catalog.exchange.reading import Table, TableChoice, open_table
from catalog.exchange.reading.table import GUESSED, text
from catalog.exchange.row_errors import CellRefusedError, FileRefusedError, RowError
from catalog.exchange.row_reader import constant_reader, places_of
from catalog.models import DosageForm, Unit, Upload
from recommend.naming import NO_FORM, form_names
from shop.admin.blueprint import bp
from shop.admin.import_words import located
from shop.admin.imports import plan_or_ask, upload_or_404
from shop.admin.permissions import requires
from shop.admin.session import author_of_request
from shop.web.database import committing, get_ruleset, get_session
from shop.web.i18n import current_language, in_current_language
from shop.web.i18n import gettext as _
from shop.web.owner_settings import owner_settings
from shop.web.services import now

CONSTANTS = tuple(target for target in TARGETS if target not in ("sku", "ean", "version", "slug"))
"""Targets that a supplier may state once for all rows: all but those that differ by product."""
CURRENCIES = ("EUR", "GBP", "USD", "CHF", "DKK", "SEK", "PLN")
_SAMPLES = 3
_SAMPLE_LENGTH = 60


class Column(Struct):
    """A column of the file, with some of its values."""

    heading: str
    samples: str


class Line(Struct):
    """A target on the mapping page: the place of its column, or one value for all rows."""

    target: str
    label: str
    place: int | None
    takes_constant: bool
    constant: str
    choices: tuple[str, ...]
    default: str = ""
    """The shop's own text, which a new product gets when the file gives none."""

    @property
    def is_text(self) -> bool:
        return self.target.endswith(("_nl", "_en")) or self.target == "brand_address"

    @property
    def language(self) -> str:
        return self.target[-2:] if self.target.endswith(("_nl", "_en")) else ""


@bp.route("/import/<int:upload_id>/mapping", methods=["GET", "POST"])
@requires("catalogue.import")
@committing
def mapping(upload_id: int) -> Response | str | tuple[str, int]:
    """Store what the columns mean, then make the plan."""
    upload = upload_or_404(upload_id)
    if not upload.supplier:
        return redirect(url_for("admin.import_plan", upload_id=upload_id), HTTPStatus.SEE_OTHER)
    known = mapping_of(get_session(), upload.supplier)
    if known is not None and known.layout:  # its columns are those of a layout, not of the file
        known = None
    with opened_upload(get_session(), upload) as file:
        return _mapping(upload, file, known)


def _mapping(upload: Upload, file: BinaryIO, known: Mapping | None) -> Response | str | tuple[str, int]:
    choice = _choice(known)
    table, errors = _table(upload, file, choice)
    if request.method == "GET":
        names = form_names(get_ruleset().directory)
        shown = known or guess(upload.supplier, table.columns, _samples(table)[0], names)
        return _page(upload, table, shown, errors)
    lasting = _lasting_choice(upload, file, table, choice)
    entered, faults = _entered_mapping(upload.supplier, table.columns, known, lasting)
    errors += faults + _errors(entered)
    if errors:
        return _page(upload, table, entered, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    remember(get_session(), entered, author_of_request(), now())
    try:
        plan_or_ask(upload)
    except FileRefusedError as refused:
        problem = [("", located(refused.error))]
        return _page(upload_or_404(upload.id), table, entered, problem), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(_("The mapping is kept for %(supplier)s.", supplier=upload.supplier), "success")
    return redirect(url_for("admin.import_plan", upload_id=upload.id), HTTPStatus.SEE_OTHER)


def _choice(known: Mapping | None) -> TableChoice:
    """The sheet and heading row that the request names, else those of the supplier's mapping."""
    if "heading_row" not in request.values and "sheet" not in request.values:
        return choice_of(known)
    row = request.values.get("heading_row", type=int)
    return TableChoice(request.values.get("sheet") or None, row if row and row > 0 else None)


def _lasting_choice(upload: Upload, file: BinaryIO, table: Table, choice: TableChoice) -> TableChoice:
    """The part of a choice that differs from the guess, since the next file may have its heading on another row."""
    if choice == GUESSED:
        return choice
    guessed = open_table(file, upload.name)
    sheet = None if table.sheet == guessed.sheet else choice.sheet
    if sheet is not None:
        guessed = open_table(file, upload.name, TableChoice(sheet=sheet))
    return TableChoice(sheet, None if table.heading_row == guessed.heading_row else choice.heading_row)


def _table(upload: Upload, file: BinaryIO, choice: TableChoice) -> tuple[Table, list[tuple[str, str]]]:
    """The table as chosen; as guessed, with the reason, when the file does not have the choice."""
    try:
        return open_table(file, upload.name, choice), []
    except FileRefusedError as refused:
        return open_table(file, upload.name), [("heading_row", located(refused.error))]


def _entered_mapping(
    supplier: str, columns: tuple[str, ...], known: Mapping | None, choice: TableChoice
) -> tuple[Mapping, list[tuple[str, str]]]:
    """The mapping in the form, and errors of columns that the file does not have."""
    errors: list[tuple[str, str]] = []
    chosen: dict[str, str] = {}
    for target in TARGETS:
        if place := request.form.get(f"column-{target}", ""):
            if place.isdecimal() and int(place) < len(columns):
                chosen[target] = columns[int(place)]
            else:
                errors.append((f"column-{target}", _("The file does not have the chosen column; choose again.")))
    constants = {target: request.form.get(f"constant-{target}", "").strip() for target in CONSTANTS}
    answers = dict(known.answers) if known else {}
    questions, replies = request.form.getlist("question"), request.form.getlist("answer")
    for words, form in zip(questions, replies, strict=False):
        if form == "none" or form in get_ruleset().forms:
            answers[words[:200]] = NO_FORM if form == "none" else form
        else:
            answers.pop(words, None)
    constants = {target: value for target, value in constants.items() if value and target not in chosen}
    entered = Mapping(
        supplier=supplier,
        columns=chosen,
        constants=constants,
        answers=answers,
        sheet=choice.sheet,
        heading_row=choice.heading_row,
    )
    return entered, errors


def _errors(said: Mapping) -> list[tuple[str, str]]:
    """Gaps of a mapping, each with its place on the page."""
    errors = []
    if "sku" not in said.columns and not {"name_nl", "name_en"} & said.columns.keys():
        errors.append(("column-sku", _("Say which column holds the article number, or the name to make one from.")))
    if not {"dosage_form", "unit"} & (said.columns.keys() | said.constants.keys()):
        errors.append(("constant-dosage_form", _("Say what the kind of product is: a column, or one for all rows.")))
    if "price_eur" in said.columns and "currency" not in said.columns.keys() | said.constants.keys():
        errors.append(("constant-currency", _("Say in which currency the prices are.")))
    for target, column in said.columns.items():
        if code := heading_fault(target, column):
            problem = RowError(code, {"currency": column}).text(current_language())
            errors.append((f"column-{target}", f"{in_current_language(TARGETS[target])}: “{column}” {problem}"))
    return errors + constant_errors(said.constants)


def constant_errors(constants: dict[str, str]) -> list[tuple[str, str]]:
    """Values for all rows that cannot be read, each with its place on the page."""
    errors = []
    for target, value in constants.items():
        try:
            constant_reader(target)(value)
        except CellRefusedError as refused:
            problem = RowError(refused.code, refused.values).text(current_language())
            errors.append((f"constant-{target}", f"{in_current_language(TARGETS[target])}: “{value}” {problem}"))
    return errors


def _page(upload: Upload, table: Table, shown: Mapping, errors: Sequence[tuple[str, str]] = ()) -> str:
    plan = plan_of(upload)
    questions = dict(shown.answers) | {
        words: shown.answers.get(words, "?") for words in (plan.questions if plan else ())
    }
    samples, fault = _samples(table)
    columns = [
        Column(heading, " · ".join(filter(None, (row[place] for row in samples if place < len(row)))))
        for place, heading in enumerate(table.columns)
    ]
    forms = [(form.id, in_current_language(form.name)) for form in get_ruleset().forms.values()]
    return render_template(
        "admin/import/mapping.html",
        upload=upload,
        table_read=table,
        choice=_choice(shown),
        columns=columns,
        groups=lines_by_group(table.columns, shown),
        samples=samples,
        questions=sorted(questions.items()),
        forms=sorted(forms, key=lambda form: form[1]),
        errors=list(dict.fromkeys([*errors, *fault])),
    )


def lines_by_group(columns: Sequence[str], shown: Mapping) -> list[tuple[str, list[Line]]]:
    """The lines of all targets by their subject, for the columns of a file."""
    defaults = owner_settings().default_texts
    choices = {
        "dosage_form": tuple(DosageForm),
        "currency": CURRENCIES,
        "status": ("draft", "published"),
        "unit": tuple(Unit),
    }

    def line(target: str) -> Line:
        places = places_of(columns, shown.columns[target]) if target in shown.columns else []
        return Line(
            target,
            in_current_language(TARGETS[target]),
            places[0] if places else None,
            target in CONSTANTS,
            shown.constants.get(target, ""),
            choices.get(target, ()),
            defaults.get(target, ""),
        )

    return [(in_current_language(label), [line(target) for target in targets]) for label, targets in GROUPS]


def _samples(table: Table) -> tuple[list[list[str]], list[tuple[str, str]]]:
    """The first rows, up to one that cannot be read, and what is wrong with that one."""
    samples: list[list[str]] = []
    try:
        for row in islice(table, _SAMPLES):
            samples.append([text(cell)[:_SAMPLE_LENGTH] for cell in row.cells])
    except FileRefusedError as refused:
        return samples, [("", located(refused.error))]
    return samples, []
