"""Imports in the admin, in steps: store the file, plan, show the plan, apply exactly that plan. Callers commit."""

import io
from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from catalog.edits.edit import Author
from catalog.exchange.columns import TARGETS
from catalog.exchange.importing import Import, ImportCallbacks, RefusedRows, StalePlanError, Summary
from catalog.exchange.layouts.import_table import LayoutTable
from catalog.exchange.layouts.plan import LayoutPlan, plan_of_file
from catalog.exchange.layouts.recognition import AUTO
from catalog.exchange.mapping import Mapping as SupplierMapping
from catalog.exchange.mapping import assumptions, choice_of, mapping_of
from catalog.exchange.planning import BrandAddress, PlannedRow, RowOutcome
from catalog.exchange.reading import Table, TableChoice, open_table
from catalog.exchange.reading.table import GUESSED
from catalog.exchange.row_errors import RowError
from catalog.exchange.row_reader import ParsedRow, RowReader
from catalog.exchange.values import composition_text, more_pictures_text
from catalog.models import Batch, CatalogueState, Upload, UploadRow, table_of
from catalog.other_actives import other_actives_text
from catalog.product_problems import ProductProblem
from catalog.product_state import FIELDS, ProductState
from catalog.queries.settings import owner_settings
from recommend.knowledge import Ruleset
from recommend.naming import form_names
from recommend.text import Language, Text

RETENTION = timedelta(days=7)
"""The time after which an unused upload is deleted."""
GONE = "gone"
"""The outcome of a stored SKU that the supplier's file no longer has."""
_CHUNK = 500
"""Rows read or written at a time."""
_LONGEST_SHOWN = 300
"""Characters of a value in the plan."""
_LABELS = TARGETS | {
    "price_cents": TARGETS["price_eur"],
    "reduced": Text("Aanbieding", "Announced reduction"),
    "supplier": Text("Leverancier", "Supplier"),
}


class FieldChange(Struct, frozen=True):
    """A field with its value before (empty for a new product) and after, as text."""

    field: str
    before: str
    after: str


class Plan(Struct, frozen=True):
    """The result of a dry run, and what it depends on: the catalogue's revision, the ruleset and the mapping."""

    revision: int
    ruleset: str
    mapping: SupplierMapping | None
    counts: dict[str, int]
    questions: tuple[str, ...]
    """Words that may name a magnesium form and must be explained."""
    correct_addresses: bool = False
    """Whether the file may change the address of a brand that has one."""
    source_columns: tuple[str, ...] = ()
    """The headings of a file that is read by a layout."""
    other_addresses: tuple[BrandAddress, ...] = ()
    """The brands whose address in the file differs from the one in the catalogue."""
    assumptions: tuple[Text, ...] = ()
    """Assumptions of the plan about the file."""

    def count(self, outcome: str) -> int:
        return self.counts.get(outcome, 0)


class Detail(Struct, frozen=True):
    """A row of the plan: its changes, the errors that refuse it, the problems that still block publishing."""

    sku: str
    row: int = 0
    changes: tuple[FieldChange, ...] = ()
    errors: tuple[RowError, ...] = msgspec.field(default=(), name="faults")  # the key in stored plans
    notices: tuple[ProductProblem, ...] = ()
    cells: tuple[Any, ...] = ()
    """The original cells of a refused row."""


def store_upload(session: Session, name: str, content: bytes, supplier: str, author: Author) -> Upload:
    """Store a file for its import, and delete uploads older than RETENTION. Raises FileRefusedError."""
    open_table(io.BytesIO(content), name)
    _drop(session, list(session.scalars(select(Upload.id).where(Upload.at < author.at - RETENTION))))
    upload = Upload(at=author.at, who=author.who, name=name, supplier=supplier, content=content, plan=None)
    session.add(upload)
    session.flush()
    return upload


def drop_upload(session: Session, upload: Upload) -> None:
    """Delete an upload and its plan."""
    _drop(session, [upload.id])


def _drop(session: Session, ids: list[int]) -> None:
    session.execute(delete(UploadRow).where(UploadRow.upload_id.in_(ids)))
    session.execute(delete(Upload).where(Upload.id.in_(ids)))


def waiting_uploads(session: Session) -> list[Upload]:
    """The newest 50 uploads, newest first."""
    return list(session.scalars(select(Upload).order_by(Upload.id.desc()).limit(50)))


def table_of_upload(upload: Upload, choice: TableChoice = GUESSED) -> Table:
    """The file of an upload as a table. Raises FileRefusedError."""
    return open_table(io.BytesIO(upload.content), upload.name, choice)


def plan_of(upload: Upload) -> Plan | None:
    return msgspec.json.decode(upload.plan, type=Plan) if upload.plan else None


def plan_fingerprint(upload: Upload) -> str:
    """Hash of the file and its plan; changes when either does."""
    return sha256(f"{upload.id} {upload.at.isoformat()}\n{upload.name}\n{upload.plan}".encode()).hexdigest()


def make_plan(
    session: Session, upload: Upload, author: Author, ruleset: Ruleset, *, correct_addresses: bool = False
) -> Plan:
    """Dry-run the import and store its plan. Raises FileRefusedError."""
    # Lock the upload: on PostgreSQL two simultaneous requests would both delete the old rows and add the same new ones.
    session.execute(select(Upload.id).where(Upload.id == upload.id).with_for_update())
    session.execute(delete(UploadRow).where(UploadRow.upload_id == upload.id))
    mapping = mapping_of(session, upload.supplier) if upload.supplier else None
    table, revision = _table_for(upload, mapping, ruleset, author), _revision(session)
    rows = _PlanRows(session, upload.id, table)
    run = _import(session, table, mapping, ruleset, correct_addresses=correct_addresses)
    summary = run.dry_run(author, ImportCallbacks(rows.add, rows.add_gone))
    rows.flush()
    plan = Plan(
        revision=revision,
        ruleset=ruleset.sha256,
        mapping=mapping,
        counts={**{str(outcome): count for outcome, count in summary.counts.items()}, GONE: summary.gone},
        questions=tuple(rows.questions),
        correct_addresses=correct_addresses,
        source_columns=table.source.columns if isinstance(table, LayoutTable) else (),
        other_addresses=summary.other_addresses,
        assumptions=table.assumptions if isinstance(table, LayoutTable) else assumptions(table, mapping),
    )
    upload.plan = msgspec.json.encode(plan).decode()
    return plan


def apply_plan(session: Session, upload: Upload, author: Author, ruleset: Ruleset, *, skip_bad: bool) -> Summary:
    """Carry out the plan, and delete the upload. A summary without a batch means that nothing was written.

    Raises StalePlanError when the catalogue, the ruleset or the mapping changed since the plan.
    """
    plan, fingerprint = plan_of(upload), plan_fingerprint(upload)
    mapping = mapping_of(session, upload.supplier) if upload.supplier else None
    if plan is None or (plan.ruleset, plan.mapping) != (ruleset.sha256, mapping):
        raise StalePlanError
    table = _table_for(upload, mapping, ruleset, author)
    run = _import(session, table, mapping, ruleset, correct_addresses=plan.correct_addresses)
    summary = run.apply(author, upload.name, ImportCallbacks(), skip_bad=skip_bad, revision=plan.revision)
    if summary.batch_id is not None:
        session.execute(update(Batch).where(Batch.id == summary.batch_id).values(plan=fingerprint))
        drop_upload(session, upload)
    return summary


def batch_of_plan(session: Session, fingerprint: str) -> int | None:
    """The batch that carried out the plan with this fingerprint, None before that."""
    return session.scalar(select(Batch.id).where(Batch.plan == fingerprint))


def rows_of_plan(session: Session, upload_id: int, outcome: str, page: int, size: int) -> list[Detail]:
    """A page of the rows with one outcome, in the order of the file."""
    query = (
        select(UploadRow.detail)
        .where(UploadRow.upload_id == upload_id, UploadRow.outcome == outcome)
        .order_by(UploadRow.place)
        .offset((page - 1) * size)
        .limit(size)
    )
    return [msgspec.json.decode(detail, type=Detail) for detail in session.scalars(query)]


def write_refused(session: Session, upload: Upload, file: BinaryIO, name: str, language: Language) -> None:
    """Write the refused rows of a plan, in the layout of their file, with the reasons in the last column."""
    plan = plan_of(upload)
    choice = choice_of(plan.mapping if plan else None)
    columns = (plan.source_columns if plan else ()) or table_of_upload(upload, choice).columns
    rows = RefusedRows(file, name, columns, language)
    query = (
        select(UploadRow.detail)
        .where(UploadRow.upload_id == upload.id, UploadRow.outcome == RowOutcome.REFUSED)
        .order_by(UploadRow.place)
        .execution_options(yield_per=_CHUNK)
    )
    for detail in session.scalars(query):
        rows.write(msgspec.json.decode(detail, type=Detail))
    rows.close()


def layout_plan(
    upload: Upload,
    ruleset: Ruleset,
    author: Author,
    layout: str = AUTO,
    answers: Mapping[str, str] = MappingProxyType({}),
) -> LayoutPlan:
    """The plan of an upload by a layout. Raises FileRefusedError when none fits."""
    names = form_names(ruleset.directory)
    file = io.BytesIO(upload.content)
    return plan_of_file(file, upload.name, names, author.at.date(), layout=layout, answers=answers)


def _table_for(upload: Upload, mapping: SupplierMapping | None, ruleset: Ruleset, author: Author) -> Table:
    """The file as its mapping reads it: by a layout, or as it is."""
    if mapping is None or not mapping.layout:
        return table_of_upload(upload, choice_of(mapping))
    place = {"sheet": mapping.sheet or "", "heading_row": str(mapping.heading_row or "")}
    answers = mapping.layout_answers | {key: answer for key, answer in place.items() if answer}
    return LayoutTable(layout_plan(upload, ruleset, author, mapping.layout, answers), mapping.supplier)


def _import(
    session: Session, table: Table, mapping: SupplierMapping | None, ruleset: Ruleset, *, correct_addresses: bool
) -> Import:
    names = form_names(ruleset.directory, mapping.answers if mapping else {})
    reader = RowReader(table, names, mapping, owner_settings(session).default_texts)
    return Import(session, table, reader, ruleset, correct_addresses=correct_addresses)


def _revision(session: Session) -> int:
    revision: int = session.scalars(select(CatalogueState.revision)).one()
    return revision


def label_of(field: str) -> Text:
    """The label of a field; a field without one keeps its name."""
    return _LABELS.get(field) or Text(field, field)


def changes_of(planned: PlannedRow) -> tuple[FieldChange, ...]:
    """The changed fields of a row; for a new product, all filled-in fields. Addresses come last."""
    found = planned.address
    address: tuple[FieldChange, ...] = (FieldChange("brand_address", found.known, found.given),) if found else ()
    if planned.pictures:
        address += (FieldChange("pictures", "", "\n".join(planned.pictures)[:_LONGEST_SHOWN]),)
    if planned.edit is None:
        return address
    before, after = planned.edit.before, planned.edit.after.state
    names = planned.changed if before else [name for name in FIELDS if getattr(after, name)]
    fields = (FieldChange(name, _as_text(before, name) if before else "", _as_text(after, name)) for name in names)
    return (*fields, *address)


_LISTS: Mapping[str, Callable[[Any], str]] = {
    "composition": composition_text,
    "other_actives": other_actives_text,
    "more_pictures": more_pictures_text,
}
"""Fields that are lists, each with its notation in a file."""


def _as_text(state: ProductState, field: str) -> str:
    """The value of a field as text, cut to _LONGEST_SHOWN characters."""
    value: Any = getattr(state, field)
    if field in _LISTS:
        value = _LISTS[field](value)
    if field == "price_cents":
        return f"{value / 100:.2f}"
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, tuple):
        return ", ".join(value)
    text = str(value if value is not None else "")
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


class _PlanRows:
    """Writes the rows of a plan, some at a time, and collects the words to ask about."""

    def __init__(self, session: Session, upload_id: int, table: Table) -> None:
        self._session, self._upload_id, self._table, self._position = session, upload_id, table, 0
        self._waiting: list[Mapping[str, Any]] = []
        self.questions: dict[str, None] = {}

    def add(self, planned: PlannedRow) -> None:
        row = planned.row
        refused = planned.outcome is RowOutcome.REFUSED
        for error in row.errors:
            if error.code == "which-form" and len(self.questions) < _CHUNK:
                self.questions[str(error.values["words"])] = None
        detail = Detail(
            sku=row.sku,
            row=row.number,
            changes=() if refused else changes_of(planned),
            errors=tuple(row.errors),
            notices=planned.notices,
            cells=self._cells(row) if refused else (),
        )
        self._store(planned.outcome, detail)

    def _cells(self, row: ParsedRow) -> tuple[Any, ...]:
        """The cells of a refused row as the file has them."""
        return tuple(self._table.source_cells(row.number) if isinstance(self._table, LayoutTable) else row.cells)

    def add_gone(self, sku: str) -> None:
        self._store(GONE, Detail(sku=sku))

    def _store(self, outcome: str, detail: Detail) -> None:
        self._position += 1
        encoded = msgspec.json.encode(detail).decode()
        self._waiting.append(
            {"upload_id": self._upload_id, "place": self._position, "outcome": str(outcome), "detail": encoded}
        )
        if len(self._waiting) >= _CHUNK:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            self._session.connection().execute(insert(table_of(UploadRow)), self._waiting)
            self._waiting = []
