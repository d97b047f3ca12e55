"""Imports in the admin, in steps: store the file, plan, show the plan, apply exactly that plan. Callers commit."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from hashlib import sha256
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

import msgspec
from msgspec import Struct
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from catalog.edits.edit import Author
from catalog.exchange.columns import TARGETS
from catalog.exchange.importing import (
    Import,
    ImportCallbacks,
    Progress,
    RefusedRows,
    StalePlanError,
    Summary,
    no_progress,
)
from catalog.exchange.layouts.import_table import LayoutTable
from catalog.exchange.layouts.look import LayoutLook, look_of
from catalog.exchange.layouts.plan import plan_of_file
from catalog.exchange.layouts.recognition import AUTO
from catalog.exchange.mapping import Mapping as SupplierMapping
from catalog.exchange.mapping import assumptions, choice_of, mapping_of
from catalog.exchange.planning import BrandAddress, PlannedRow, RowOutcome
from catalog.exchange.reading import Table, open_table
from catalog.exchange.row_errors import FileRefusedError, RowError
from catalog.exchange.row_reader import ParsedRow, RowReader
from catalog.exchange.values import composition_text, more_pictures_text
from catalog.models import Batch, CatalogueState, Upload, UploadPart, UploadRow, table_of
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
_PART_BYTES = 256 * 1024
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


def store_upload(session: Session, name: str, file: BinaryIO, supplier: str, author: Author) -> Upload:
    """Store a file for its import, and delete uploads older than RETENTION. Raises FileRefusedError."""
    open_table(file, name)
    _drop(session, list(session.scalars(select(Upload.id).where(Upload.at < author.at - RETENTION))))
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    upload = Upload(at=author.at, who=author.who, name=name, supplier=supplier, size=size, plan=None)
    session.add(upload)
    session.flush()
    for place, content in enumerate(iter(partial(file.read, _PART_BYTES), b"")):
        session.execute(insert(UploadPart).values(upload_id=upload.id, place=place, content=content))
    return upload


@contextmanager
def opened_upload(session: Session, upload: Upload) -> Iterator[BinaryIO]:
    """The file of an upload, a large one outside memory, closed at the end."""
    parts = select(UploadPart.content).where(UploadPart.upload_id == upload.id).order_by(UploadPart.place)
    with SpooledTemporaryFile(max_size=4 * _PART_BYTES) as file:
        for content in session.scalars(parts.execution_options(yield_per=1)):
            file.write(content)
        file.seek(0)
        yield cast(BinaryIO, file)


def drop_upload(session: Session, upload: Upload) -> None:
    """Delete an upload and its plan."""
    _drop(session, [upload.id])


def _drop(session: Session, ids: list[int]) -> None:
    for parts in (UploadRow, UploadPart):
        session.execute(delete(parts).where(parts.upload_id.in_(ids)))
    session.execute(delete(Upload).where(Upload.id.in_(ids)))


def waiting_uploads(session: Session) -> list[Upload]:
    """The newest 50 uploads, newest first."""
    return list(session.scalars(select(Upload).order_by(Upload.id.desc()).limit(50)))


def plan_of(upload: Upload) -> Plan | None:
    return msgspec.json.decode(upload.plan, type=Plan) if upload.plan else None


def plan_fingerprint(upload: Upload) -> str:
    """Hash of the file and its plan; changes when either does."""
    return sha256(f"{upload.id} {upload.at.isoformat()}\n{upload.name}\n{upload.plan}".encode()).hexdigest()


class ProductRefusal(Struct, frozen=True):
    """The product that ended an import, and its problems."""

    sku: str
    problems: tuple[ProductProblem, ...]


class DraftPlan(Struct, frozen=True):
    """A plan that is not stored yet, its rows as lines of JSON, and the look at a file that has a layout."""

    plan: Plan
    rows: BinaryIO
    look: LayoutLook | None = None


class LayoutAskedError(Exception):
    """A file whose layout comes first: of a supplier without a mapping, or recognised as no file of ours."""

    def __init__(self, look: LayoutLook) -> None:
        self.look = look
        super().__init__(look.layout)


def make_plan(
    session: Session, upload: Upload, author: Author, ruleset: Ruleset, *, correct_addresses: bool = False
) -> Plan:
    """Dry-run the import and store its plan. Raises FileRefusedError and LayoutAskedError."""
    with drafted_plan(session, upload, author, ruleset, correct_addresses=correct_addresses) as draft:
        store_plan(session, upload, draft)
        return draft.plan


@contextmanager
def drafted_plan(
    session: Session,
    upload: Upload,
    author: Author,
    ruleset: Ruleset,
    *,
    correct_addresses: bool = False,
    progress: Progress = no_progress,
) -> Iterator[DraftPlan]:
    """A dry run of the import, which writes nothing to the catalogue. Raises FileRefusedError and LayoutAskedError."""
    mapping = mapping_of(session, upload.supplier) if upload.supplier else None
    if upload.supplier and mapping is None:
        raise LayoutAskedError(look_at_layout(session, upload, ruleset, author, progress=progress))
    with opened_upload(session, upload) as file, SpooledTemporaryFile(max_size=4 * _PART_BYTES) as spool:
        table, revision = _table_for(file, upload, mapping, ruleset, author, progress), _revision(session)
        rows = _PlanRows(cast(BinaryIO, spool), table)
        try:
            run = _import(session, table, mapping, ruleset, correct_addresses=correct_addresses)
        except FileRefusedError as refused:
            if upload.supplier or refused.error.code != "unknown-column":
                raise
            raise _asked_or(refused, session, upload, ruleset, author) from refused
        summary = run.dry_run(author, ImportCallbacks(rows.add, rows.add_gone, progress))
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
        look = look_of(table.layout_plan) if isinstance(table, LayoutTable) else None
        yield DraftPlan(plan, cast(BinaryIO, spool), look)


def _asked_or(
    refused: FileRefusedError, session: Session, upload: Upload, ruleset: Ruleset, author: Author
) -> Exception:
    """The question about the layout of a file that was sent as ours and is another one; else its refusal."""
    try:
        look = look_at_layout(session, upload, ruleset, author)
    except FileRefusedError:
        return refused
    return refused if look.is_guessed else LayoutAskedError(look)


def store_look(session: Session, upload: Upload, look: LayoutLook) -> None:
    """Store the look at a file; one sent as ours gets the layout as its supplier."""
    upload.look = msgspec.json.encode(look).decode()
    upload.supplier = upload.supplier or look.layout
    upload.plan = None
    session.flush()


def stored_look(upload: Upload) -> LayoutLook | None:
    return msgspec.json.decode(upload.look, type=LayoutLook) if upload.look else None


def store_plan(session: Session, upload: Upload, draft: DraftPlan) -> None:
    """Store a plan in place of the upload's earlier one."""
    # Lock the upload: on PostgreSQL two simultaneous requests would both delete the old rows and add the same new ones.
    session.execute(select(Upload.id).where(Upload.id == upload.id).with_for_update())
    session.execute(delete(UploadRow).where(UploadRow.upload_id == upload.id))
    draft.rows.seek(0)
    lines = enumerate((line.decode().rstrip("\n").split(" ", 1) for line in draft.rows), start=1)
    while chunk := list(islice(lines, _CHUNK)):
        rows = [
            {"upload_id": upload.id, "place": place, "outcome": outcome, "detail": detail}
            for place, (outcome, detail) in chunk
        ]
        session.connection().execute(insert(table_of(UploadRow)), rows)
    upload.plan = msgspec.json.encode(draft.plan).decode()
    upload.look = msgspec.json.encode(draft.look).decode() if draft.look else None


def apply_plan(
    session: Session,
    upload: Upload,
    author: Author,
    ruleset: Ruleset,
    *,
    skip_bad: bool,
    progress: Progress = no_progress,
) -> Summary:
    """Carry out the plan, and delete the upload. A summary without a batch means that nothing was written.

    Raises StalePlanError when the catalogue, the ruleset or the mapping changed since the plan.
    """
    plan, fingerprint = plan_of(upload), plan_fingerprint(upload)
    mapping = mapping_of(session, upload.supplier) if upload.supplier else None
    if plan is None or (plan.ruleset, plan.mapping) != (ruleset.sha256, mapping):
        raise StalePlanError
    with opened_upload(session, upload) as file:
        table = _table_for(file, upload, mapping, ruleset, author)
        run = _import(session, table, mapping, ruleset, correct_addresses=plan.correct_addresses)
        callbacks = ImportCallbacks(progress=progress)
        summary = run.apply(author, upload.name, callbacks, skip_bad=skip_bad, revision=plan.revision)
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
    columns = plan.source_columns if plan else ()
    if not columns:
        with opened_upload(session, upload) as opened:
            columns = open_table(opened, upload.name, choice_of(plan.mapping if plan else None)).columns
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


def look_at_layout(
    session: Session, upload: Upload, ruleset: Ruleset, author: Author, *, progress: Progress = no_progress
) -> LayoutLook:
    """The look at an upload by the layout that fits it best. Raises FileRefusedError when none fits."""
    with opened_upload(session, upload) as file:
        names = form_names(ruleset.directory)
        return look_of(plan_of_file(file, upload.name, names, author.at.date(), layout=AUTO, progress=progress))


def _table_for(  # noqa: PLR0917 - what every import has
    file: BinaryIO,
    upload: Upload,
    mapping: SupplierMapping | None,
    ruleset: Ruleset,
    author: Author,
    progress: Progress = no_progress,
) -> Table:
    """The file as its mapping reads it: by a layout, or as it is."""
    if mapping is None or not mapping.layout:
        return open_table(file, upload.name, choice_of(mapping))
    place = {"sheet": mapping.sheet or "", "heading_row": str(mapping.heading_row or "")}
    answers = mapping.layout_answers | {key: answer for key, answer in place.items() if answer}
    names, today = form_names(ruleset.directory), author.at.date()
    plan = plan_of_file(file, upload.name, names, today, layout=mapping.layout, answers=answers, progress=progress)
    return LayoutTable(plan, mapping.supplier)


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
    """Writes the rows of a plan as lines, and collects the words to ask about."""

    def __init__(self, spool: BinaryIO, table: Table) -> None:
        self._spool, self._table = spool, table
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
        self._write(planned.outcome, detail)

    def _cells(self, row: ParsedRow) -> tuple[Any, ...]:
        """The cells of a refused row as the file has them."""
        return tuple(self._table.source_cells(row.number) if isinstance(self._table, LayoutTable) else row.cells)

    def add_gone(self, sku: str) -> None:
        self._write(GONE, Detail(sku=sku))

    def _write(self, outcome: str, detail: Detail) -> None:
        self._spool.write(f"{outcome} ".encode() + msgspec.json.encode(detail) + b"\n")
